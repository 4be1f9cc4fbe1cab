import type { Builder, Value } from '../program/builder.js';
import type { Moments, Sources } from './moments.js';

/** Moments of the sum of independent numbers. */
export function sumMoments(b: Builder, x: Moments, y: Moments): Moments {
  const mean = b.add(x.mean, y.mean);
  const variance = total(b, [x.variance, y.variance]);
  return variance === undefined ? { mean } : { mean, variance: b.broadcast(variance, mean.shape) };
}

/** Moments of the product of independent numbers. */
export function productMoments(b: Builder, x: Moments, y: Moments, sources: Sources): Moments {
  const mean = b.mul(x.mean, y.mean);
  const both = x.variance && y.variance && b.mul(x.variance, y.variance);
  if (both) sources.source(mean, b.broadcast(both, mean.shape));
  const variance = total(b, [
    x.variance && b.mul(x.variance, b.square(y.mean)),
    y.variance && b.mul(y.variance, b.square(x.mean)),
    both,
  ]);
  return variance === undefined ? { mean } : { mean, variance: b.broadcast(variance, mean.shape) };
}

function total(b: Builder, terms: readonly (Value | undefined)[]): Value | undefined {
  const given = terms.filter((term) => term !== undefined);
  return given.length === 0 ? undefined : given.reduce((sum, term) => b.add(sum, term));
}
