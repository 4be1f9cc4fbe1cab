import type { Blocks } from '../print/kernelSource.js';

/** A result of gpu.js: rows of rows, nested as its output has dimensions. */
export type Nested = Float32Array | readonly Nested[];

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

/** The numbers of a matrix, row-major, of which each cell of a result holds four: those below each other, or beside each other. */
export function unblock(result: Nested, { axis, rows, columns }: Blocks): Float32Array {
  const values = new Float32Array(rows * columns);
  if (axis === 'rows') {
    const cells = flatten(result, Math.ceil(rows / 4) * columns * 4);
    for (let row = 0; row < rows; row++) {
      let from = (row >> 2) * columns * 4 + (row & 3);
      for (let to = row * columns; to < (row + 1) * columns; to++, from += 4) values[to] = cells[from];
    }
    return values;
  }
  const cells = flatten(result, Math.ceil(columns / 4) * rows * 4);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to++) {
      values[to] = cells[((column >> 2) * rows + row) * 4 + (column & 3)];
    }
  }
  return values;
}
