export { activation } from './activation.js';
export { add } from './add.js';
export type { NormOptions } from './affine.js';
export { averagePooling1d } from './averagePooling1d.js';
export { averagePooling2d } from './averagePooling2d.js';
export { type BatchNormOptions, batchNorm } from './batchNorm.js';
export { type BidirectionalOptions, bidirectional } from './bidirectional.js';
export { type ConcatenateOptions, concatenate } from './concatenate.js';
export { type Conv1dOptions, conv1d } from './conv1d.js';
export { type Conv1dTransposeOptions, conv1dTranspose } from './conv1dTranspose.js';
export { type Conv2dOptions, conv2d } from './conv2d.js';
export { type Conv2dTransposeOptions, conv2dTranspose } from './conv2dTranspose.js';
export type { ImageConvolutionOptions } from './convolutionOptions.js';
export { type Cropping1dOptions, cropping1d } from './cropping1d.js';
export { type Cropping2dOptions, cropping2d } from './cropping2d.js';
export { defineLayer } from './defineLayer.js';
export { type DenseOptions, dense } from './dense.js';
export { type DepthwiseConv2dOptions, depthwiseConv2d } from './depthwiseConv2d.js';
export { type EmbeddingOptions, embedding } from './embedding.js';
export { flatten } from './flatten.js';
export type { ForwardMode } from './forwardMode.js';
export { globalAveragePooling1d } from './globalAveragePooling1d.js';
export { globalAveragePooling2d } from './globalAveragePooling2d.js';
export { globalMaxPooling1d } from './globalMaxPooling1d.js';
export { globalMaxPooling2d } from './globalMaxPooling2d.js';
export { model } from './graphModel.js';
export { type GroupNormOptions, groupNorm } from './groupNorm.js';
export { type GruOptions, gru } from './gru.js';
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
export { layerNorm } from './layerNorm.js';
export type { LinearLayerOptions } from './linearLayer.js';
export {
  buildLinearPart,
  type LinearOptions,
  type LinearPart,
  type LinearPartDescription,
  partParameters,
  type SharedNoise,
} from './linearPart.js';
export { type LstmOptions, lstm } from './lstm.js';
export { maxPooling1d } from './maxPooling1d.js';
export { maxPooling2d } from './maxPooling2d.js';
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
export { type MultiHeadAttentionOptions, multiHeadAttention } from './multiHeadAttention.js';
export { multiply } from './multiply.js';
export { type Padding1dOptions, padding1d } from './padding1d.js';
export { type Padding2dOptions, padding2d } from './padding2d.js';
export { type PermuteOptions, permute } from './permute.js';
export type { PoolingOptions, StepsPoolingOptions } from './pooling.js';
export { type PositionEmbeddingOptions, positionEmbedding } from './positionEmbedding.js';
export { type PreluOptions, prelu } from './prelu.js';
export type { RecurrentOptions } from './recurrentOptions.js';
export { type ReshapeOptions, reshape } from './reshape.js';
export { type RmsNormOptions, rmsNorm } from './rmsNorm.js';
export { type SeparableConv2dOptions, separableConv2d } from './separableConv2d.js';
export { type SequentialOptions, sequential } from './sequential.js';
export { type SimpleRnnOptions, simpleRnn } from './simpleRnn.js';
export { sinusoidalPositions } from './sinusoidalPositions.js';
export type { TableOptions } from './tableMap.js';
export { type Upsampling1dOptions, upsampling1d } from './upsampling1d.js';
export { type Upsampling2dOptions, upsampling2d } from './upsampling2d.js';
export type { PaddingMode } from './window.js';
