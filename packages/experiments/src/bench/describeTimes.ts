import { quantiles } from '../statistics/quantiles.js';

/** Describes times in milliseconds: `median 12.3 ms (10 %: 11.9, 90 %: 13.0, n = 20)`. */
export function describeTimes(times: readonly number[]): string {
  const [low, median, high] = quantiles(times, [0.1, 0.5, 0.9]).map((each) => each.toFixed(1));
  return `median ${median} ms (10 %: ${low}, 90 %: ${high}, n = ${times.length})`;
}
