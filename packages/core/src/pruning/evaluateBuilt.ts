import { bindBatch } from '../program/bindBatch.js';
import { type Builder, createBuilder, type Value } from '../program/builder.js';
import { evaluate } from '../reference/evaluate.js';
import type { TensorData, TensorMap } from '../tensorData.js';

/** A batch of `rows` inputs, row-major. */
export interface Rows {
  readonly rows: number;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Builds a tiny program on the given parameters (and a batch `x`, where there is one) and evaluates it in float64 on the host.
 * The program must not draw noise.
 */
export function evaluateBuilt(
  parameters: TensorMap,
  x: Rows | undefined,
  build: (b: Builder, values: Readonly<Record<string, Value>>, x: Value) => Value,
): Float64Array {
  const b = createBuilder('pruning');
  const used = Object.entries(parameters) as [string, TensorData][];
  const values = Object.fromEntries(used.map(([name, { shape }]) => [name, b.input(name, shape)]));
  const batch = x ?? { rows: 1, shape: [], data: [0] };
  const input = b.input('x', ['batch', ...batch.shape]);
  b.output('result', build(b, values, input));
  return evaluate(bindBatch(b.build(), batch.rows), {
    inputs: { x: batch.data, ...Object.fromEntries(used.map(([name, { data }]) => [name, data])) },
  }).result;
}
