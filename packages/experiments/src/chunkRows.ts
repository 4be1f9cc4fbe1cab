/** Elements of the largest tensor of weight samples, so that those of a chunk stay in tens of megabytes. */
const largestSample = 2 ** 22;

/**
 * Rows of a minibatch that are computed at once where each has a weight sample of its own: the most that divide the
 * minibatch and whose samples of the widest layer have at most 2²² elements, and at most `limit`; at least 1.
 *
 * @param widths of the network's layers, inputs and outputs included.
 */
export function chunkRows(minibatch: number, widths: readonly number[], limit = Number.POSITIVE_INFINITY): number {
  const largest = Math.max(...widths.slice(1).map((width, i) => width * widths[i]));
  for (let rows = minibatch; rows > 1; rows--) {
    if (minibatch % rows === 0 && rows * largest <= Math.min(largestSample, limit)) return rows;
  }
  return 1;
}
