import type { LayerParameters } from '../../noise/noiseModel.js';
import type { Builder, Value } from '../../program/builder.js';
import type { Moments } from '../moments/moments.js';
import { affineMoments, inverseDeviation } from './affine.js';

/**
 * Moments after normalization over `axes`, where the statistics are taken as certain: the mean square of the differences as its expectation.
 * Differences of independent numbers from their mean have variances `v (1 − 2/n) + Σ v / n²`.
 */
export function normalizedMoments(
  b: Builder,
  { mean, variance }: Required<Moments>,
  axes: readonly number[],
  epsilon: number,
  parameters: LayerParameters,
): Required<Moments> {
  const count = axes.reduce((product, axis) => product * (mean.shape[axis] as number), 1);
  const centered = {
    mean: b.sub(mean, b.mean(mean, axes, true)),
    variance: b.add(b.mul(1 - 2 / count, variance), b.mul(1 / count, b.mean(variance, axes, true))),
  };
  return affineMoments(b, centered, inverseDeviation(b, meanSquare(b, centered, axes), epsilon), parameters);
}

/** Expectation of the mean square over `axes`. */
export function meanSquare(b: Builder, { mean, variance }: Required<Moments>, axes: readonly number[]): Value {
  return b.mean(b.add(b.square(mean), variance), axes, true);
}
