import { VardropError } from '@vardrop/core';
import type { Runtime } from '../loadGpu.js';

/** Throws `VARDROP_BACKEND` if the graphics card was taken away, after which results are silently zeros. */
export function checkCard({ gpu }: Runtime, who: string): void {
  const { context } = gpu as unknown as { readonly context?: { isContextLost?(): boolean } | null };
  if (!context?.isContextLost?.()) return;
  throw new VardropError(
    'VARDROP_BACKEND',
    `${who}: got a lost WebGL context, needs a live one. Close the backend, create another, and go on from the last checkpoint.`,
  );
}
