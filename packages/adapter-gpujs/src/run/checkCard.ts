import { VardropError } from '@vardrop/core';
import { isContextLost } from '../internals.js';
import type { Runtime } from '../loadGpu.js';

/**
 * Rejects with `VARDROP_DEVICE_LOST` if the graphics card was taken away, and with `VARDROP_BACKEND` if it has refused to
 * do something: results are silently zeros after either.
 *
 * @param failed whether something has gone wrong, so that it is worth waiting for news
 */
export async function checkCard({ gpu, device }: Runtime, who: string, failed = false): Promise<void> {
  if (isContextLost(gpu)) throw lost(who, 'WebGL context');
  if (!device) return;
  if (device.isLost() || (failed && (await device.becomesLost()))) throw lost(who, 'WebGPU device');
  // Nobody knows which tensors are zeros since then.
  const refused = device.refused();
  if (refused !== undefined) {
    throw new VardropError(
      'VARDROP_BACKEND',
      `${who}: got "${refused}" from WebGPU, needs runs without errors. Close the backend and create another; use a smaller batch if it is about memory or sizes.`,
    );
  }
}

const lost = (who: string, what: string) =>
  new VardropError(
    'VARDROP_DEVICE_LOST',
    `${who}: got a lost ${what}, needs a live one. Close the backend, create another, and go on from the last checkpoint.`,
  );
