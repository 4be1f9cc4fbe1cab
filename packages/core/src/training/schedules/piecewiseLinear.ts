import { VardropError } from '../../errors.js';
import type { Schedule } from './schedule.js';

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
