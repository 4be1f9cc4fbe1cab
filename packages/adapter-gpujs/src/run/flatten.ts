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
