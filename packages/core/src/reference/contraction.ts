import { elementCount } from '../program/shapes.js';
import { broadcastStrides, eachRow, type FixedShape, gather, rowMajorStrides } from './layout.js';

/** A matrix inside an array. */
export interface Matrix {
  readonly values: Float64Array;
  readonly offset: number;
}

/**
 * Adds the product of a `[m, k]` and b `[k, n]` to `out` `[m, n]`. b and out are row-major; element (i, j) of a
 * lies at `i * stepA[0] + j * stepA[1]`.
 */
export function accumulateProduct(
  a: Matrix,
  stepA: readonly [number, number],
  b: Matrix,
  out: Matrix,
  m: number,
  k: number,
  n: number,
): void {
  const { values: x } = a;
  const { values: y } = b;
  const { values: z } = out;
  const [rowStep, columnStep] = stepA;
  for (let i = 0; i < m; i++) {
    const row = a.offset + i * rowStep;
    const to = out.offset + i * n;
    let p = 0;
    // Four rows of b in one pass over the row of the result. This needs a quarter of the loads and stores of the
    // result.
    for (; p + 4 <= k; p += 4) {
      const a0 = x[row + p * columnStep];
      const a1 = x[row + (p + 1) * columnStep];
      const a2 = x[row + (p + 2) * columnStep];
      const a3 = x[row + (p + 3) * columnStep];
      const b0 = b.offset + p * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) z[to + j] += a0 * y[b0 + j] + a1 * y[b1 + j] + (a2 * y[b2 + j] + a3 * y[b3 + j]);
    }
    for (; p < k; p++) {
      const factor = x[row + p * columnStep];
      const from = b.offset + p * n;
      for (let j = 0; j < n; j++) z[to + j] += factor * y[from + j];
    }
  }
}

/** A copy of a row-major `[rows, columns]` matrix, transposed to `[columns, rows]`. */
export function transposeMatrix(values: Float64Array, rows: number, columns: number): Float64Array {
  return gather(values, [columns, rows], [1, columns]);
}

/**
 * `[…, m, k] × […, k, n] → […, m, n]`. Leading axes broadcast. With a flag, an operand is read with its last two axes
 * swapped.
 */
export function matmul(
  [a, b]: readonly Float64Array[],
  [shapeA, shapeB]: readonly FixedShape[],
  transposeA: boolean,
  transposeB: boolean,
  result: FixedShape,
): Float64Array {
  const lastTwo = (shape: FixedShape) => shape.slice(-2);
  const [m, n] = lastTwo(result);
  const k = lastTwo(shapeA)[transposeA ? 0 : 1];
  const stepA: [number, number] = transposeA ? [1, m] : [k, 1];
  const out = new Float64Array(elementCount(result));

  // b is read along its rows. A transposed b is first transposed back, all of its matrices together.
  let right = b;
  if (transposeB) {
    const strides = rowMajorStrides(shapeB);
    const rank = shapeB.length;
    const turned = [...shapeB.slice(0, -2), k, n];
    right = gather(b, turned, [...strides.slice(0, -2), strides[rank - 1], strides[rank - 2]]);
  }

  const leading = result.slice(0, -2);
  // For each result matrix, the positions of its operands, counted in matrices.
  const matrices = (shape: FixedShape) => {
    const count = elementCount(leading);
    const places = new Int32Array(count);
    eachRow(leading, broadcastStrides(shape.slice(0, -2), leading), (start, from, length, stride) => {
      for (let i = 0; i < length; i++) places[start + i] = from + i * stride;
    });
    return places;
  };
  const fromA = matrices(shapeA);
  const fromB = matrices(shapeB);
  for (let i = 0; i < fromA.length; i++) {
    accumulateProduct(
      { values: a, offset: fromA[i] * m * k },
      stepA,
      { values: right, offset: fromB[i] * k * n },
      { values: out, offset: i * m * n },
      m,
      k,
      n,
    );
  }
  return out;
}
