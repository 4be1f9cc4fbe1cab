/** A result of gpu.js: rows of rows, nested as its output has dimensions. */
export type Nested = Float32Array | readonly Nested[];
