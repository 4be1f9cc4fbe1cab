import type { Builder, Value } from '../program/builder.js';

/** The sum of each row: `[batch, …]` to `[batch]`. */
export function sumOfRow(b: Builder, terms: Value): Value {
  const axes = terms.shape.map((_, axis) => axis).slice(1);
  return axes.length === 0 ? terms : b.reduceSum(terms, axes);
}
