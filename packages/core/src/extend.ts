/**
 * For custom parts: the interfaces and helpers of noise models, estimators, divergences, layers and optimizers, and the
 * programs of models.
 */
export { checkCombination, refusal } from './combinations.js';
export {
  type CallDescription,
  checkDescription,
  type DescribedValue,
  type InputDescription,
  type LayerDescription,
  layersFrom,
  type PartDescription,
} from './description/index.js';
export { defaultDivergence } from './divergences/index.js';
export type { EstimatorContext, LinearMap } from './estimators/index.js';
export {
  type BuiltLayer,
  buildLinearPart,
  type DatapointShape,
  defineLayer,
  type Forward,
  type ForwardKind,
  type ForwardMode,
  type LayerCall,
  type LayerDefaults,
  type LinearLayerOptions,
  type LinearOptions,
  type LinearPart,
  type LinearPartDescription,
  type ModelParameters,
  type ModelPart,
  modelParts,
  partParameters,
  type UnitPlacement,
} from './layers/index.js';
export { type Head, headsOf, inModel, likelihoodValues, targetName } from './likelihoods/heads.js';
export { defineLikelihood, logSoftmax, missingTarget } from './likelihoods/index.js';
export {
  alphaOfRate,
  type Draw,
  type FactorMoments,
  type Initializer,
  type InputNoise,
  type LayerParameters,
  type NoNoise,
  type ParameterSpecification,
  type Posterior,
  type WeightMoments,
  type WeightNoise,
  type WeightShape,
} from './noise/index.js';
export { type Objective, type ObjectiveValues, sgvb } from './objective.js';
export type { NamedShape, OptimizerResult, OptimizerStep } from './optimizers/index.js';
export { posteriorInput, readPosterior } from './posteriors/index.js';
export {
  momentsProgram,
  type PredictionMode,
  predictionProgram,
  standardPoints,
  summaryProgram,
} from './prediction/index.js';
export type { Preserved } from './pruning/index.js';
export type { Recipe } from './recipe.js';
export {
  allParameters,
  allTensors,
  createTrainer,
  gradientName,
  gradientProgram,
  keyNames,
  type Minibatch,
  noiseKeys,
  type Start,
  type StepResult,
  type StepScales,
  streams,
  type Trainer,
  trainingProgram,
  updateProgram,
} from './training/index.js';
