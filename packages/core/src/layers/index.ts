export { activation } from './activationLayer.js';
export { type Cropping1dOptions, cropping1d } from './arrangement/cropping1d.js';
export { type Cropping2dOptions, cropping2d } from './arrangement/cropping2d.js';
export { flatten } from './arrangement/flatten.js';
export { type Padding1dOptions, padding1d } from './arrangement/padding1d.js';
export { type Padding2dOptions, padding2d } from './arrangement/padding2d.js';
export { type PermuteOptions, permute } from './arrangement/permute.js';
export { type ReshapeOptions, reshape } from './arrangement/reshape.js';
export { type Upsampling1dOptions, upsampling1d } from './arrangement/upsampling1d.js';
export { type Upsampling2dOptions, upsampling2d } from './arrangement/upsampling2d.js';
export { type EmbeddingOptions, embedding } from './attention/embedding.js';
export { type MultiHeadAttentionOptions, multiHeadAttention } from './attention/multiHeadAttention.js';
export { type PositionEmbeddingOptions, positionEmbedding } from './attention/positionEmbedding.js';
export { sinusoidalPositions } from './attention/sinusoidalPositions.js';
export type { TableOptions } from './attention/tableMap.js';
export { type Conv1dOptions, conv1d } from './convolution/conv1d.js';
export { type Conv1dTransposeOptions, conv1dTranspose } from './convolution/conv1dTranspose.js';
export { type Conv2dOptions, conv2d } from './convolution/conv2d.js';
export { type Conv2dTransposeOptions, conv2dTranspose } from './convolution/conv2dTranspose.js';
export type { ImageConvolutionOptions } from './convolution/convolutionOptions.js';
export { type DepthwiseConv2dOptions, depthwiseConv2d } from './convolution/depthwiseConv2d.js';
export { type SeparableConv2dOptions, separableConv2d } from './convolution/separableConv2d.js';
export { defineLayer } from './defineLayer.js';
export { type DenseOptions, dense } from './dense.js';
export type { ForwardMode } from './forwardMode.js';
export { type FourierFeaturesOptions, fourierFeatures } from './fourierFeatures.js';
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
export { add } from './merging/add.js';
export { type ConcatenateOptions, concatenate } from './merging/concatenate.js';
export type { MergeOptions } from './merging/mergeLayer.js';
export { multiply } from './merging/multiply.js';
export { model } from './model/graphModel.js';
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
} from './model/model.js';
export { type SequentialOptions, sequential } from './model/sequential.js';
export type { NormOptions } from './normalization/affine.js';
export { type BatchNormOptions, batchNorm } from './normalization/batchNorm.js';
export { type GroupNormOptions, groupNorm } from './normalization/groupNorm.js';
export { layerNorm } from './normalization/layerNorm.js';
export { type RmsNormOptions, rmsNorm } from './normalization/rmsNorm.js';
export { averagePooling1d } from './pooling/averagePooling1d.js';
export { averagePooling2d } from './pooling/averagePooling2d.js';
export { globalAveragePooling1d } from './pooling/globalAveragePooling1d.js';
export { globalAveragePooling2d } from './pooling/globalAveragePooling2d.js';
export { globalMaxPooling1d } from './pooling/globalMaxPooling1d.js';
export { globalMaxPooling2d } from './pooling/globalMaxPooling2d.js';
export { maxPooling1d } from './pooling/maxPooling1d.js';
export { maxPooling2d } from './pooling/maxPooling2d.js';
export type { PoolingOptions, StepsPoolingOptions } from './pooling/pooling.js';
export { type PreluOptions, prelu } from './prelu.js';
export { type BidirectionalOptions, bidirectional } from './recurrent/bidirectional.js';
export { type GruOptions, gru } from './recurrent/gru.js';
export { type LstmOptions, lstm } from './recurrent/lstm.js';
export type { RecurrentOptions } from './recurrent/recurrentOptions.js';
export { type SimpleRnnOptions, simpleRnn } from './recurrent/simpleRnn.js';
export type { PaddingMode } from './window.js';
