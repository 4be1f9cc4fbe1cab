import type { LayerParameters } from '../../noise/noiseModel.js';
import type { Builder } from '../../program/builder.js';
import type { Moments } from '../moments.js';
import { affine, inverseDeviation } from './affine.js';

/**
 * Moments after normalization over `axes`, of n numbers there, with x̂ the normalized means: means by the expected statistics, variances by the
 * derivatives `(δ_ij − c/n − x̂_i x̂_j/n) / deviation`, where c is 1 with `centering` and 0 without.
 */
export function normalizedMoments(
  b: Builder,
  { mean, variance }: Required<Moments>,
  axes: readonly number[],
  epsilon: number,
  centering: boolean,
): Required<Moments> {
  const count = axes.reduce((product, axis) => product * (mean.shape[axis] as number), 1);
  const average = (x: typeof mean) => b.mean(x, axes, true);
  const one = centering ? 1 : 0;
  const centered = centering ? b.sub(mean, average(mean)) : mean;
  const expected = b.add(average(b.square(centered)), b.mul(1 - one / count, average(variance)));
  const inverse = inverseDeviation(b, expected, epsilon);
  const normalized = b.mul(centered, inverse);
  const square = b.square(normalized);
  const own = b.mul(variance, b.sub(1, b.mul(2 / count, b.add(one, square))));
  const ofSquares = b.mul(square, average(b.mul(square, variance)));
  const mixed = b.add(average(variance), b.mul(b.mul(2, normalized), average(b.mul(normalized, variance))));
  const shared = b.mul(1 / count, centering ? b.add(mixed, ofSquares) : ofSquares);
  // In layers of few units the first term may exceed what the others give back.
  const spread = b.max(b.add(own, shared), 0);
  return { mean: normalized, variance: b.mul(spread, b.square(inverse)) };
}

/** Moments of `affine` of independent numbers. */
export function affineMoments(
  b: Builder,
  { mean, variance }: Required<Moments>,
  parameters: LayerParameters,
): Required<Moments> {
  const { scale } = parameters;
  const spread = scale === undefined ? variance : b.mul(variance, b.square(scale));
  return { mean: affine(b, mean, undefined, parameters), variance: spread };
}
