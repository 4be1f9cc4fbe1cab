export { type Builder, createBuilder, type Operand, type Value, type WindowOptions } from './builder.js';
export { inferShape } from './infer.js';
export type * from './program.js';
export { broadcastShapes, elementCount, formatShape, samePadding, sameShape } from './shapes.js';
