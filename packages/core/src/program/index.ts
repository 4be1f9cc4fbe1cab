export { bind } from './bind.js';
export { type Builder, createBuilder, type Operand, type Value, type WindowOptions } from './builder.js';
export { gradients } from './differentiate.js';
export { type HostNoise, hostNoise } from './hostNoise.js';
export { inferShape } from './infer.js';
export type * from './program.js';
export { rewrite } from './rewrite.js';
export { broadcastShapes, elementCount, formatShape, samePadding, sameShape } from './shapes.js';
export { simplify } from './simplify.js';
