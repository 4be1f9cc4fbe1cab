import { VardropError } from '@vardrop/core';
import type { Runtime } from '../start/runtime.js';
import { checkCard } from './checkCard.js';

/**
 * Does work in which gpu.js may fail. Rejects with `VARDROP_BACKEND` if it does, and with `VARDROP_DEVICE_LOST` if the
 * graphics card was lost before or meanwhile.
 */
export async function guarded<Result>(runtime: Runtime, who: string, act: () => Promise<Result>): Promise<Result> {
  await checkCard(runtime, who);
  let result: Result;
  try {
    result = await act();
  } catch (error) {
    if (error instanceof VardropError) throw error;
    // With a lost card, gpu.js fails in many ways.
    await checkCard(runtime, who, true);
    throw new VardropError(
      'VARDROP_BACKEND',
      `${who}: got "${error instanceof Error ? error.message : String(error)}" from gpu.js, needs a run without errors. See its cause.`,
      { cause: error },
    );
  }
  await checkCard(runtime, who);
  return result;
}
