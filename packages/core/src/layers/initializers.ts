import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Initializer } from '../noise/noiseModel.js';
import { elementCount } from '../program/shapes.js';

/**
 * How weights start: `he` N(0, 2/fan-in) (He et al. 2015), `glorot` uniform within √(6/(fan-in + fan-out)) (Glorot &
 * Bengio 2010), `orthogonal` a random matrix with orthonormal rows or columns (Saxe, McClelland & Ganguli 2014), or normal with a
 * given deviation.
 */
export type WeightInitializer =
  | 'he'
  | 'glorot'
  | 'orthogonal'
  | { readonly kind: 'normal'; readonly deviation: number };

/**
 * The initializer of weights `[…window, in, out]`. Throws `VARDROP_INITIALIZER` for an unknown initializer, and for a deviation
 * that is not a positive number.
 */
export function weightInitializer(initializer: WeightInitializer, weights: readonly number[]): Initializer {
  const window = elementCount(weights.slice(0, -2));
  const fanIn = window * weights[weights.length - 2];
  const fanOut = window * weights[weights.length - 1];
  if (initializer === 'he') return { kind: 'normal', deviation: Math.sqrt(2 / fanIn) };
  if (initializer === 'glorot') return { kind: 'uniform', limit: Math.sqrt(6 / (fanIn + fanOut)) };
  if (initializer === 'orthogonal') return { kind: 'orthogonal' };
  if (initializer?.kind !== 'normal') {
    throw new VardropError(
      'VARDROP_INITIALIZER',
      `[initializer] got ${formatValue(initializer)}, needs 'he', 'glorot', 'orthogonal' or { kind: 'normal', deviation }.`,
    );
  }
  if (!(Number.isFinite(initializer.deviation) && initializer.deviation > 0)) {
    throw new VardropError(
      'VARDROP_INITIALIZER',
      `[initializer] deviation: got ${formatValue(initializer.deviation)}, needs a positive number.`,
    );
  }
  return initializer;
}
