export { bindBatch } from './bindBatch.js';
export { boundProgram } from './boundProgram.js';
export {
  type Builder,
  type ConvolutionOptions,
  createBuilder,
  type MatmulOptions,
  type Operand,
  type Value,
  type WindowOptions,
} from './builder.js';
export { gradients } from './differentiate.js';
export { expand } from './expand.js';
export { fuse } from './fuse.js';
export { findUsers } from './fusion/findUsers.js';
export { numberOf } from './fusion/numberOf.js';
export { type HostNoise, hostNoise } from './hostNoise.js';
export { inferShape } from './infer.js';
export { invariantNodes } from './invariantNodes.js';
export type * from './kernel.js';
export { type NodeShapes, nodeShapes } from './nodeShapes.js';
export { type OperationClass, type OperationCost, operationClass, operationCost } from './operationClass.js';
export { type PrintOptions, print } from './print.js';
export type * from './program.js';
export type { PadRange, SliceRange } from './ranges.js';
export { rewrite } from './rewrite.js';
export { separatePooling } from './separatePooling.js';
export {
  boundShape,
  broadcastShapes,
  elementCount,
  formatShape,
  isBoundShape,
  samePadding,
  sameShape,
} from './shapes.js';
export { simplify } from './simplify.js';
export { type SplitProgram, splitInvariant } from './splitInvariant.js';
export { stageSums } from './stageSums.js';
export { type ValidateOptions, validate } from './validate.js';
export { withoutTransposeFlags } from './withoutTransposeFlags.js';
