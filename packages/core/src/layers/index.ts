export { activation } from './activation.js';
export { add } from './add.js';
export { type ConcatenateOptions, concatenate } from './concatenate.js';
export { type Conv2dOptions, conv2d } from './conv2d.js';
export { defineLayer } from './defineLayer.js';
export { type DenseOptions, dense } from './dense.js';
export { flatten } from './flatten.js';
export type { ForwardMode } from './forwardMode.js';
export { model } from './graphModel.js';
export type { WeightInitializer } from './initializers.js';
export { input } from './input.js';
export type {
  Activation,
  BuiltLayer,
  DatapointShape,
  GraphValue,
  InputKind,
  InputOptions,
  Layer,
  LayerDefinition,
  UnitPlacement,
} from './layer.js';
export type { LayerDefaults } from './layerDefaults.js';
export type { LinearLayerOptions } from './linearLayer.js';
export {
  buildLinearPart,
  type LinearOptions,
  type LinearPart,
  type LinearPartDescription,
  partParameters,
  type SharedNoise,
} from './linearPart.js';
export type { MergeOptions } from './mergeLayer.js';
export {
  type Forward,
  type ForwardKind,
  type LayerCall,
  type Model,
  type ModelDefaults,
  type ModelInput,
  type ModelOptions,
  type ModelOutput,
  type ModelParameters,
  type ModelPart,
  modelParts,
} from './model.js';
export { multiply } from './multiply.js';
export { averagePooling2d, maxPooling2d, type PoolingOptions } from './pooling.js';
export { type SequentialOptions, sequential } from './sequential.js';
export type { PaddingMode } from './window.js';
