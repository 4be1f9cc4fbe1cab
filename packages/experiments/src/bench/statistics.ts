/** The smallest of `values` that at least `share` of them do not exceed (`share` in [0, 1]); NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The middle value, or the mean of the two in the middle; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `median 12.3 ms (10 %: 11.9, 90 %: 13.0, n = 20)`, of milliseconds. */
export function describeTimes(times: readonly number[]): string {
  const text = (value: number) => value.toFixed(1);
  return `median ${text(median(times))} ms (10 %: ${text(quantile(times, 0.1))}, 90 %: ${text(quantile(times, 0.9))}, n = ${times.length})`;
}
