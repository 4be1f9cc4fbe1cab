/** @param {readonly number[]} values @param {number} share in [0, 1] */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5);

/** `median 12.3 ms (10 %: 11.9, 90 %: 13.0)` @param {readonly number[]} times milliseconds */
export function describeTimes(times) {
  const text = (/** @type {number} */ share) => quantile(times, share).toFixed(1);
  return `median ${text(0.5)} ms (10 %: ${text(0.1)}, 90 %: ${text(0.9)}, n = ${times.length})`;
}
