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
  /** Default: `linear`. */
  readonly activation?: Activation;
  /** Whether a deterministic bias is added. Default: true. */
  readonly bias?: boolean;
  /** Default: `he` for activations like ReLU, else `glorot`. */
  readonly initializer?: WeightInitializer;
  /** Default: that of the model. */
  readonly noise?: NoiseModel;
  /** Default: that of the model. */
  readonly estimator?: Estimator;
  /** Default: that of the model. `null`: no divergence. The noise is then trained by the data alone, and shrinks to 0. */
  readonly divergence?: Divergence | null;
}

/** The names of these options, to which layers add their own. */
export const linearOptionNames = {
  name: true,
  activation: true,
  bias: true,
  initializer: true,
  noise: true,
  estimator: true,
  divergence: true,
} as const satisfies Readonly<Record<keyof LinearLayerOptions, true>>;

/** What other libraries call these options. */
export const linearOptionsElsewhere = {
  useBias: 'Write bias.',
  kernelInitializer: 'Write initializer.',
  kernelRegularizer: 'The divergence of the noise regularizes: write divergence.',
  inputShape: 'Write sequential({ input }).',
  inputDim: 'Write sequential({ input }).',
} as const;

/** Throws `VARDROP_OPTION` for a name that is not a string and a bias that is not true or false. */
export function checkLinearOptions(who: string, { name, bias = true }: LinearLayerOptions): void {
  if (name !== undefined) checkString(`[${who}] name`, name);
  checkBoolean(`[${who}] bias`, bias);
}

/**
 * Builds a layer from its linear map; checks noise, estimator, divergence, their combination, and the activation.
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
  // Not `??`, because null is a mistake: it would leave the layer without noise.
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
      // The bias is deterministic: it shifts the mean and adds no variance.
      const shifted = bias ? b.add(preActivations, parameters.bias) : preActivations;
      return b.label(activate(b, shifted, activation), 'output');
    },
  };
}

/** The divergence of the layer, else of the model, else the default of the noise. `null` means none. */
function chooseDivergence(
  own: Divergence | null | undefined,
  ofModel: Divergence | null | undefined,
  noise: NoiseModel,
): Divergence | undefined {
  if (own !== undefined) return own ?? undefined;
  // A divergence for the whole model does not apply to layers whose noise learns nothing.
  if (noise.learns === undefined || ofModel === null) return undefined;
  return ofModel ?? defaultDivergence(noise);
}

function defaultInitializer(activation: Activation): WeightInitializer {
  return activation === 'linear' || activation === 'sigmoid' || activation === 'tanh' ? 'glorot' : 'he';
}
