import type { Nested } from '../gpujs/nested.js';
import type { Blocks } from '../print/kernelSource.js';

/** The values of a result, row-major, without a copy where its rows are views of one buffer. */
export function flatten(result: Nested, size: number): Float32Array {
  if (result instanceof Float32Array) return result;
  let row: Nested = result;
  while (!(row instanceof Float32Array)) row = row[0];
  if (row.byteOffset === 0 && row.buffer.byteLength === size * 4 && row.length < size) {
    return new Float32Array(row.buffer as ArrayBuffer);
  }
  const values = new Float32Array(size);
  let at = 0;
  const copy = (part: Nested): void => {
    if (part instanceof Float32Array) {
      values.set(part, at);
      at += part.length;
    } else part.forEach(copy);
  };
  copy(result);
  return values;
}

/**
 * The numbers of a matrix, row-major, from a result in blocks, each cell of which holds four: below each other, or
 * beside each other.
 */
export function unblock(result: Nested, { axis, rows, columns }: Blocks): Float32Array {
  const [blocked, other] = axis === 'rows' ? [rows, columns] : [columns, rows];
  const [step, next] = axis === 'rows' ? [columns, 1] : [1, columns];
  const cells = flatten(result, Math.ceil(blocked / 4) * other * 4);
  const values = new Float32Array(rows * columns);
  let from = 0;
  for (let block = 0; block < blocked >> 2; block++) {
    for (let i = 0, to = block * 4 * step; i < other; i++, to += next, from += 4) {
      values[to] = cells[from];
      values[to + step] = cells[from + 1];
      values[to + 2 * step] = cells[from + 2];
      values[to + 3 * step] = cells[from + 3];
    }
  }
  // The last cells may hold fewer than four.
  for (let i = 0; i < other; i++, from += 4) {
    for (let j = blocked & ~3; j < blocked; j++) values[i * next + j * step] = cells[from + (j & 3)];
  }
  return values;
}
