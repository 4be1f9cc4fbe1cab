import type { Builder, Value } from '../../program/builder.js';
import { countUp } from './tableMap.js';

/** Which keys a query attends to. Default: all. */
export interface Attended {
  /** Query i attends to the keys 0 to i only. */
  readonly causal: boolean;
  /** `[batch, 1, 1 or queries, keys]`: a query attends to keys whose number is above ½. */
  readonly mask: Value | undefined;
}

/** The score of a key that is not attended to. Its exponential is 0 beside any other score. */
const hidden = -1e30;

/**
 * Scaled dot-product attention `softmax(Q Kᵀ / √size) V` (Vaswani et al. 2017, eq. 1) of each head: queries
 * `[batch, heads, queries, size]`, keys and values `[batch, heads, keys, size]` → `[batch, heads, queries, size]`. A query without
 * a key to attend to gets zeros.
 */
export function dotProductAttention(
  b: Builder,
  { query, key, value }: { readonly query: Value; readonly key: Value; readonly value: Value },
  { causal, mask }: Attended,
): Value {
  const [, , queries, size] = query.shape as readonly number[];
  const keys = key.shape[2] as number;
  // The queries are smaller than the scores, so they are scaled.
  let scores = b.matmul(b.mul(query, 1 / Math.sqrt(size)), key, { transposeB: true });
  if (causal) {
    const lastKey = b.constant(
      countUp(queries).map((i) => i + 0.5),
      [queries, 1],
    );
    scores = b.selectGreater(lastKey, b.constant(countUp(keys), [keys]), scores, hidden);
  }
  if (mask) scores = b.selectGreater(mask, 0.5, scores, hidden);
  // The shift cancels in the value and in the derivative, so no gradient flows through the maximum.
  const exponentials = b.exp(b.sub(scores, b.stopGradient(b.reduceMax(scores, [3], true))));
  const sum = (x: Value) => b.reduceSum(x, [3], true);
  if (!mask) return b.matmul(b.div(exponentials, sum(exponentials)), value);
  // The greatest score is e⁰, so the sum is at least 1, unless all keys are hidden: then all scores are equal, and all are e⁰.
  const shown = b.selectGreater(scores, hidden / 2, exponentials, 0);
  return b.matmul(b.div(shown, b.max(sum(shown), 0.5)), value);
}
