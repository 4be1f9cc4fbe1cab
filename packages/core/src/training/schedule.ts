import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';

/** A factor for each step of training. `epoch` may be a fraction: 1.5 is the middle of the second epoch. */
export type Schedule = (progress: { readonly epoch: number; readonly step: number }) => number;

/** The same factor throughout. Throws `VARDROP_SCHEDULE` unless it is a finite number that is not negative. */
export function constantSchedule(value = 1): Schedule {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new VardropError(
      'VARDROP_SCHEDULE',
      `[constantSchedule] value: got ${formatValue(value)}, needs a finite number that is not negative.`,
    );
  }
  return () => value;
}

/**
 * Linear interpolation of points (epoch, factor), constant before the first and after the last. Molchanov, Ashukha & Vetrov's
 * KL weight is `piecewiseLinear([5, 0], [20, 1])`, their learning rate `piecewiseLinear([100, 1], [200, 0])`. Throws
 * `VARDROP_SCHEDULE` without points, or if the epochs are not ascending.
 */
export function piecewiseLinear(...points: readonly (readonly [epoch: number, factor: number])[]): Schedule {
  const ascending = points.every(([epoch], i) => i === 0 || epoch > points[i - 1][0]);
  if (points.length === 0 || !ascending || points.flat().some((value) => !Number.isFinite(value))) {
    throw new VardropError(
      'VARDROP_SCHEDULE',
      `[piecewiseLinear] points: got ${JSON.stringify(points)}, needs at least one [epoch, factor], epochs ascending.`,
    );
  }
  return ({ epoch }) => {
    const next = points.findIndex(([end]) => epoch < end);
    if (next === 0) return points[0][1];
    if (next === -1) return points[points.length - 1][1];
    const [start, from] = points[next - 1];
    const [end, to] = points[next];
    return from + ((to - from) * (epoch - start)) / (end - start);
  };
}

/**
 * Multiplies by `factor` over every `epochs` epochs, in equal steps. Throws `VARDROP_SCHEDULE` unless both are positive
 * numbers.
 */
export function exponentialDecay(factor: number, epochs = 1): Schedule {
  if (![factor, epochs].every((value) => value > 0 && Number.isFinite(value))) {
    throw new VardropError(
      'VARDROP_SCHEDULE',
      `[exponentialDecay] factor, epochs: got ${formatValue(factor)}, ${formatValue(epochs)}, needs positive numbers.`,
    );
  }
  return ({ epoch }) => factor ** (epoch / epochs);
}

/** Rises from 0 to 1 over the first `epochs` epochs: KL warm-up. Throws `VARDROP_SCHEDULE` unless they are positive. */
export function warmUp(epochs: number): Schedule {
  if (!(epochs > 0 && Number.isFinite(epochs))) {
    throw new VardropError(
      'VARDROP_SCHEDULE',
      `[warmUp] epochs: got ${formatValue(epochs)}, needs a positive number. Leave the schedule out for the full weight at once.`,
    );
  }
  return piecewiseLinear([0, 0], [epochs, 1]);
}
