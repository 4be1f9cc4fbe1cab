import { VardropError } from '@vardrop/core';
import type { GPU } from 'gpu.js';
import { isContextLost } from '../gpujs/internals.js';
import type { Runtime } from '../start/runtime.js';

/**
 * Rejects with `VARDROP_DEVICE_LOST` if the graphics card is lost, and with `VARDROP_BACKEND` if it has reported an
 * error: after either, results are silently zeros.
 *
 * @param failed whether a call has failed, so that news of a lost card may follow in a moment
 */
export async function checkCard({ mode, gpu, device }: Runtime, who: string, failed = false): Promise<void> {
  if (isContextLost(gpu) || (failed && mode === 'webgl2' && (await contextBecomesLost(gpu)))) {
    throw lost(who, 'WebGL context');
  }
  if (!device) return;
  if (device.isLost() || (failed && (await device.becomesLost()))) throw lost(who, 'WebGPU device');
  // It is not known which tensors are zeros since then.
  const refused = device.refused();
  if (refused !== undefined) {
    throw new VardropError(
      'VARDROP_BACKEND',
      `${who}: got "${refused}" from WebGPU, needs runs without errors. Close the backend and create another; use a smaller batch if it is about memory or sizes.`,
    );
  }
}

/** How long news of a lost context may take after the first failure, in milliseconds. */
const patience = 100;

/**
 * Whether a context is lost, or soon known to be: the news comes in a later turn of the event loop than the failure.
 */
async function contextBecomesLost(gpu: GPU): Promise<boolean> {
  const end = performance.now() + patience;
  while (!isContextLost(gpu) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  return isContextLost(gpu);
}

const lost = (who: string, what: string) =>
  new VardropError(
    'VARDROP_DEVICE_LOST',
    `${who}: got a lost ${what}, needs a live one. Close the backend, create another, and go on from the last checkpoint.`,
  );
