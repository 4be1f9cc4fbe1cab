/** A result of gpu.js: arrays of rows, nested as deep as its output has dimensions. */
export type Nested = Float32Array | readonly Nested[];
