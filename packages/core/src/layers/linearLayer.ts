import { activate, checkActivation } from './activation.js';
import { activationMoments } from './activationMoments.js';
import type { WeightInitializer } from './initializers.js';
import type { Activation, BuiltLayer, DatapointShape } from './layer.js';
import type { LayerDefaults } from './layerDefaults.js';
import {
  buildLinearPart,
  type LinearOptions,
  type LinearPartDescription,
  linearPartOptionNames,
  partParameters,
} from './linearPart.js';
import { partMoments } from './partMoments.js';

/** Options of layers that are a linear map with weights, followed by an activation. */
export interface LinearLayerOptions extends LinearOptions {
  /** Default: `linear`. */
  readonly activation?: Activation;
}

/** The names of these options, to which layers add their own. */
export const linearOptionNames = {
  ...linearPartOptionNames,
  activation: true,
} as const satisfies Readonly<Record<keyof LinearLayerOptions, true>>;

/**
 * Builds a layer that is one linear map, a bias and an activation; checks noise, estimator, divergence, their combination, and
 * the activation.
 */
export function buildLinearLayer(
  description: {
    readonly kind: string;
    readonly name: string;
    readonly inputShape: DatapointShape;
    readonly outputShape: DatapointShape;
    /** What the rows and columns of the weights belong to. Default: units of the inputs and of the outputs. */
    readonly unitParts?: UnitParts;
  } & Pick<LinearPartDescription, 'weightShape' | 'map' | 'fans'>,
  options: LinearLayerOptions,
  defaults: LayerDefaults,
): BuiltLayer {
  const { name, kind, inputShape, outputShape, weightShape, map, fans, unitParts = rowsAndColumns } = description;
  const { activation = 'linear' } = options;
  checkActivation(name, activation);
  const part = buildLinearPart(
    name,
    { weightShape, map, fans, initializer: usualInitializer(activation) },
    options,
    defaults,
  );
  return {
    name,
    kind,
    inputShapes: [inputShape],
    outputShape,
    activation,
    parameters: partParameters([part]),
    parts: [part],
    ...unitParts,
    apply: (b, [x], parameters, mode) => b.label(activate(b, part.apply(b, x, parameters, mode), activation), 'output'),
    moments: (b, [x], parameters, mode) =>
      activationMoments(b, partMoments(b, name, part, x, parameters, mode), activation, mode),
  };
}

/** What pruning knows about a layer. */
type UnitParts = Pick<BuiltLayer, 'units' | 'inputParts' | 'outputPart'>;

const rowsAndColumns: UnitParts = { inputParts: [['']], outputPart: '' };

/** The initializer of weights before an activation. */
export function usualInitializer(activation: Activation): WeightInitializer {
  return activation === 'linear' || activation === 'sigmoid' || activation === 'tanh' ? 'glorot' : 'he';
}
