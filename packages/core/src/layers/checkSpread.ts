import { VardropError } from '../errors.js';

/** Throws `VARDROP_SHAPE` where a mean is taken of one value only: its difference from its mean is always 0. */
export function checkSpread(name: string, inputShape: readonly number[], count: number): void {
  if (count > 1) return;
  throw new VardropError(
    'VARDROP_SHAPE',
    `[${name}] inputs: got [batch, ${inputShape.join(', ')}], which has one value to normalize, needs at least two. Leave the layer out, or use batchNorm().`,
  );
}
