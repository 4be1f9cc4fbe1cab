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

/** The rows of a matrix of which each cell of a result holds four numbers, one below the other. */
export function unblock(result: Nested, columns: number, rows: number): Float32Array {
  const cells = flatten(result, Math.ceil(rows / 4) * columns * 4);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let from = (row >> 2) * columns * 4 + (row & 3);
    for (let to = row * columns; to < (row + 1) * columns; to++, from += 4) values[to] = cells[from];
  }
  return values;
}
