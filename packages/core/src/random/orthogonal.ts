import type { Key } from './key.js';
import { normal } from './normal.js';

/**
 * A random matrix `[rows, columns]`, row-major, whose rows are orthonormal, or its columns where there are more rows (Saxe,
 * McClelland & Ganguli 2014). It is the factor Q of normal numbers, uniformly distributed. Equal to
 * `jax.nn.initializers.orthogonal()(key, [rows, columns])`, up to rounding.
 *
 * @returns a new array
 * @throws VardropError `VARDROP_INVALID_SIZE`
 */
export function orthogonal(key: Key, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const length = Math.max(rows, columns);
  const count = Math.min(rows, columns);
  const numbers = normal(key, rows * columns);
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, (_, j) => numbers[j * count + i]);
    // Gram-Schmidt loses digits where a vector is almost a sum of the earlier ones. A second pass restores them (Giraud, Langou
    // & Rozložník 2005).
    for (let pass = 0; pass < 2; pass++) for (const earlier of vectors) subtractProjection(vector, earlier);
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / norm));
  }
  return Float32Array.from({ length: rows * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    return rows < columns ? vectors[row][column] : vectors[column][row];
  });
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  const factor = dot(vector, unit);
  for (let i = 0; i < vector.length; i++) vector[i] -= factor * unit[i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
