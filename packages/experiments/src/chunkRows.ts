/** Elements of the largest tensor of weight samples, so that a chunk needs tens of megabytes. */
const largestSample = 2 ** 22;

/**
 * Rows of a minibatch to compute at once if each has its own weight sample. It is the largest divisor of the minibatch that is
 * at most `limit` and for which the samples of the widest layer have at most 2²² elements; at least 1.
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
