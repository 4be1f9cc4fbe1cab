import { checkBoolean } from '../checkBoolean.js';
import { checkObject } from '../checkObject.js';
import { checkParameters } from '../checkParameters.js';
import { checkString } from '../checkString.js';
import { checkCombination } from '../combinations.js';
import { defaultDivergence } from '../divergences/defaultDivergence.js';
import type { Divergence } from '../divergences/divergence.js';
import type { Estimator, LinearMap } from '../estimators/estimator.js';
import type { Initializer, NoiseModel } from '../noise/noiseModel.js';
import { activate, checkActivation } from './activation.js';
import { type WeightInitializer, weightInitializer } from './initializers.js';
import type { Activation, BuiltLayer, LayerDefaults } from './layer.js';

/** Options that all layers with weights share. */
export interface LinearLayerOptions {
  readonly name?: string;
  /** `linear` where left out. */
  readonly activation?: Activation;
  /** Whether a deterministic bias is added; true where left out. */
  readonly bias?: boolean;
  /** `he` for ReLU-like activations, else `glorot`, where left out. */
  readonly initializer?: WeightInitializer;
  /** The model's where left out. */
  readonly noise?: NoiseModel;
  /** The model's where left out. */
  readonly estimator?: Estimator;
  /** The model's where left out; `null` for none: the noise is then trained by the data alone, and dies away. */
  readonly divergence?: Divergence | null;
}

/** The names of those options, for layers to add theirs to. */
export const linearOptionNames = {
  name: true,
  activation: true,
  bias: true,
  initializer: true,
  noise: true,
  estimator: true,
  divergence: true,
} as const satisfies Readonly<Record<keyof LinearLayerOptions, true>>;

/** What other libraries call them. */
export const linearOptionsElsewhere = {
  useBias: 'Write bias.',
  kernelInitializer: 'Write initializer.',
  kernelRegularizer: 'The divergence of the noise regularizes: write divergence.',
  inputShape: 'Write sequential({ input }).',
  inputDim: 'Write sequential({ input }).',
} as const;

/** Throws `VARDROP_OPTION` for a name that is no string and a bias that is not true or false. */
export function checkLinearOptions(who: string, { name, bias = true }: LinearLayerOptions): void {
  if (name !== undefined) checkString(`[${who}] name`, name);
  checkBoolean(`[${who}] bias`, bias);
}

/**
 * Builds a layer from its linear map; checks that noise, estimator and divergence are what they should be and go
 * together, and the activation.
 */
export function buildLinearLayer(
  description: {
    readonly kind: string;
    readonly name: string;
    readonly inputShape: readonly number[];
    readonly outputShape: readonly number[];
    readonly weightShape: readonly number[];
    readonly map: LinearMap;
  },
  options: LinearLayerOptions,
  defaults: LayerDefaults,
): BuiltLayer {
  const { name, kind, inputShape, outputShape, weightShape, map } = description;
  // Not `??`: null is a mistake, which would leave a layer without noise.
  const { noise = defaults.noise, estimator = defaults.estimator } = options;
  checkObject('VARDROP_LAYER', `[${name}] noise`, noise, 'parameters', 'variationalDropout()');
  checkObject('VARDROP_LAYER', `[${name}] estimator`, estimator, 'apply', 'local()');
  for (const given of [options.divergence, defaults.divergence]) {
    if (given !== undefined && given !== null)
      checkObject('VARDROP_LAYER', `[${name}] divergence`, given, 'kl', 'logUniformExact()');
  }
  const divergence = chooseDivergence(options.divergence, defaults.divergence, noise);
  checkCombination(name, noise, estimator, divergence);
  const { activation = 'linear', bias = true } = options;
  checkActivation(name, activation);
  const { initializer = defaultInitializer(activation) } = options;
  const initialize = weightInitializer(initializer, weightShape);
  const zero: Initializer = { kind: 'constant', value: 0 };
  return {
    name,
    kind,
    inputShape,
    outputShape,
    activation,
    parameters: [
      { name: 'weights', shape: weightShape, initialize },
      ...(bias ? [{ name: 'bias', shape: [weightShape[weightShape.length - 1]], initialize: zero }] : []),
      ...checkParameters('VARDROP_MODEL', name, noise.parameters(weightShape)),
    ],
    linear: { map, weightShape, bias, noise, estimator, divergence },
    apply(b, x, parameters, mode) {
      const preActivations =
        mode === 'mean' || noise.acts === 'nowhere'
          ? map.apply(b, x, parameters.weights)
          : estimator.apply({ builder: b, linear: map, noise, x, parameters, draw: mode.draw });
      // The bias is deterministic: it shifts the mean and never enters the variance.
      const shifted = bias ? b.add(preActivations, parameters.bias) : preActivations;
      return b.label(activate(b, shifted, activation), 'output');
    },
  };
}

/** The layer's own divergence, else the model's, else the noise's default; none where that says null. */
function chooseDivergence(
  own: Divergence | null | undefined,
  ofModel: Divergence | null | undefined,
  noise: NoiseModel,
): Divergence | undefined {
  if (own !== undefined) return own ?? undefined;
  // A divergence given for the whole model leaves out the layers that have nothing to learn of their noise.
  if (noise.learns === undefined || ofModel === null) return undefined;
  return ofModel ?? defaultDivergence(noise);
}

function defaultInitializer(activation: Activation): WeightInitializer {
  return activation === 'linear' || activation === 'sigmoid' || activation === 'tanh' ? 'glorot' : 'he';
}
