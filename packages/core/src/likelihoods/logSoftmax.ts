import type { Builder, Value } from '../program/builder.js';

/** log softmax over the last axis, shifted by the maximum so that no exponential overflows. */
export function logSoftmax(b: Builder, logits: Value): Value {
  const last = [logits.shape.length - 1];
  // The shift cancels in the value and in the derivative, so no gradient flows through the maximum.
  const shifted = b.sub(logits, b.stopGradient(b.reduceMax(logits, last, true)));
  return b.sub(shifted, b.log(b.reduceSum(b.exp(shifted), last, true)));
}
