import { checkBoolean } from '../checkBoolean.js';
import { checkChoice } from '../checkChoice.js';
import { checkObject } from '../checkObject.js';
import { checkParameters } from '../checkParameters.js';
import { checkString } from '../checkString.js';
import { checkCombination } from '../combinations.js';
import { defaultDivergence } from '../divergences/defaultDivergence.js';
import type { Divergence } from '../divergences/divergence.js';
import type { Estimator, LinearMap } from '../estimators/estimator.js';
import { flipout } from '../estimators/flipout.js';
import { localReparametrization } from '../estimators/localReparametrization.js';
import { separateSamples } from '../estimators/separateSamples.js';
import type { Draw, Initializer, LayerParameters, NoiseModel, ParameterSpecification } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import type { ForwardMode } from './forwardMode.js';
import { type WeightInitializer, weightInitializer } from './initializers.js';
import type { LayerDefaults } from './layerDefaults.js';

/** Options of all linear maps with weights. */
export interface LinearOptions {
  readonly name?: string;
  /** Whether a deterministic bias is added. Default: true. */
  readonly bias?: boolean;
  /** Default: `he` before activations like ReLU, else `glorot`. */
  readonly initializer?: WeightInitializer;
  /** Default: that of the model. */
  readonly noise?: NoiseModel;
  /** Default: that of the model. */
  readonly estimator?: Estimator;
  /** Default: that of the model. `null`: no divergence. The noise is then trained by the data alone, and shrinks to 0. */
  readonly divergence?: Divergence | null;
  /**
   * Whether a layer that is used several times in a graph draws its noise `anew` at each use, or `once` for all of them, as one
   * sample of its weights. Default: `anew`.
   */
  readonly sharedNoise?: SharedNoise;
}

/** See `LinearOptions.sharedNoise`. */
export type SharedNoise = 'anew' | 'once';

/** The names of these options. */
export const linearPartOptionNames = {
  name: true,
  bias: true,
  initializer: true,
  noise: true,
  estimator: true,
  divergence: true,
  sharedNoise: true,
} as const satisfies Readonly<Record<keyof LinearOptions, true>>;

/** What other libraries call these options. */
export const linearOptionsElsewhere = {
  useBias: 'Write bias.',
  kernelInitializer: 'Write initializer.',
  kernelRegularizer: 'The divergence of the noise regularizes: write divergence.',
  inputShape: 'Write sequential({ input }).',
  inputDim: 'Write sequential({ input }).',
} as const;

/** One linear map of a layer, with its weights, its bias, its noise and its divergence. */
export interface LinearPart {
  /** Name within the layer; empty for the only one. Names of parameters and of noise begin with it: `query/weights`. */
  readonly name: string;
  readonly map: LinearMap;
  /** `[in, out]`, or `[height, width, in, out]` of a convolution. */
  readonly weightShape: readonly number[];
  /** Whether a bias `[out]` is added. The bias has no noise. */
  readonly bias: boolean;
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
  /** Undefined if there is no KL term. */
  readonly divergence: Divergence | undefined;
  readonly sharedNoise: SharedNoise;
  /** `weights`, `bias`, and those of the noise, without the name of the part. */
  readonly parameters: readonly ParameterSpecification[];
  /**
   * Pre-activations of `x`, with the bias. `parameters` and `mode` are those of the layer. Calls with the same mode have the same
   * noise: for weight noise by samples this is one sample of the weights.
   */
  apply(b: Builder, x: Value, parameters: LayerParameters, mode: ForwardMode): Value;
  /** `apply` for several values: the noise, and what depends on it alone, is built once. */
  sample(b: Builder, parameters: LayerParameters, mode: ForwardMode): (x: Value) => Value;
}

/** What `buildLinearPart` makes a part of. */
export interface LinearPartDescription {
  /** Default: empty, for the only part of a layer. */
  readonly name?: string;
  readonly weightShape: readonly number[];
  readonly map: LinearMap;
  /** Where the options have none. */
  readonly initializer: WeightInitializer;
  /** The shape from which the initializer takes fan-in and fan-out. Default: `weightShape`. */
  readonly fans?: readonly number[];
  /** Default: that of the options, else true. */
  readonly bias?: boolean;
  /** Default: 0. */
  readonly biasInitializer?: Initializer;
}

/** Throws `VARDROP_OPTION` for a name that is not a string, a bias that is not true or false, and another `sharedNoise`. */
export function checkLinearOptions(
  who: string,
  { name, bias = true, sharedNoise = 'anew' }: Pick<LinearOptions, 'name' | 'bias' | 'sharedNoise'>,
): void {
  if (name !== undefined) checkString(`[${who}] name`, name);
  checkBoolean(`[${who}] bias`, bias);
  checkChoice('VARDROP_OPTION', `[${who}] sharedNoise`, sharedNoise, ['anew', 'once']);
}

/** Builds a part from its linear map; checks noise, estimator, divergence and their combination. */
export function buildLinearPart(
  layer: string,
  description: LinearPartDescription,
  options: LinearOptions,
  defaults: LayerDefaults,
): LinearPart {
  const { name = '', weightShape, map } = description;
  const who = partName(layer, name);
  // Not `??`, because null is a mistake: it would leave the layer without noise.
  const { noise = defaults.noise, bias: wanted = true, sharedNoise = 'anew' } = options;
  const { bias = wanted } = description;
  checkObject('VARDROP_LAYER', `[${who}] noise`, noise, 'parameters', 'variationalDropout()');
  const { estimator = defaults.estimator ?? usualEstimator(map, noise) } = options;
  checkObject('VARDROP_LAYER', `[${who}] estimator`, estimator, 'apply', 'local()');
  for (const given of [options.divergence, defaults.divergence]) {
    if (given !== undefined && given !== null)
      checkObject('VARDROP_LAYER', `[${who}] divergence`, given, 'kl', 'logUniformExact()');
  }
  const divergence = chooseDivergence(options.divergence, defaults.divergence, noise);
  checkCombination(who, noise, estimator, divergence, { map, sharedNoise });
  const { fans = weightShape, biasInitializer = { kind: 'constant', value: 0 } } = description;
  const { initializer = description.initializer } = options;
  const initialize = weightInitializer(initializer, fans);
  const units = map.outputFactors[map.outputFactors.length - 1] as number;
  const parameters = [
    { name: 'weights', shape: weightShape, initialize },
    ...(bias ? [{ name: 'bias', shape: [units], initialize: biasInitializer }] : []),
    ...checkParameters('VARDROP_MODEL', who, noise.parameters(weightShape)),
  ];
  const sample: LinearPart['sample'] = (b, all, { draw }) => {
    const own = parametersOfPart({ name, parameters }, all);
    const built = new Map<string, Value>();
    const once = (what: string, build: () => Value): Value => {
      const value = built.get(what) ?? build();
      built.set(what, value);
      return value;
    };
    const quiet = draw === undefined || noise.acts === 'nowhere';
    const preActivations = (x: Value) =>
      quiet
        ? map.apply(
            b,
            x,
            once('mean', () => meanWeights(b, noise, own)),
          )
        : estimator.apply({ builder: b, linear: map, noise, x, parameters: own, draw: drawFor(name, draw), once });
    // The bias is deterministic: it shifts the mean and adds no variance.
    return (x) => (bias ? b.add(preActivations(x), own.bias) : preActivations(x));
  };
  return {
    ...{ name, parameters, map, weightShape, bias, noise, estimator, divergence, sharedNoise, sample },
    apply: (b, x, all, mode) => sample(b, all, mode)(x),
  };
}

/** The weights of predictions by the means. */
export function meanWeights(b: Builder, noise: NoiseModel, own: LayerParameters): Value {
  const factor = noise.acts === 'inputs' ? noise.meanFactor?.(b, own) : undefined;
  return factor === undefined ? own.weights : b.mul(factor, own.weights);
}

/** The parameters of all parts, by their names within the layer. Parameters of the network are listed once. */
export function partParameters(
  parts: readonly Pick<LinearPart, 'name' | 'parameters'>[],
): readonly ParameterSpecification[] {
  const all = parts.flatMap((part) =>
    part.parameters.map((parameter) => ({ ...parameter, name: nameInLayer(part.name, parameter) })),
  );
  const ofNetwork = (parameter: ParameterSpecification) => parameter.owner === 'network';
  return all.filter(
    (one, i) => !ofNetwork(one) || all.findIndex((other) => ofNetwork(other) && other.name === one.name) === i,
  );
}

/** The parameters of one part, by their names within it, of those of its layer. */
export function parametersOfPart(
  part: Pick<LinearPart, 'name' | 'parameters'>,
  ofLayer: LayerParameters,
): LayerParameters {
  return Object.fromEntries(part.parameters.map((one) => [one.name, ofLayer[nameInLayer(part.name, one)]]));
}

/** The name of a part in the model: `dense1`, `gru1/recurrent`. */
export function partName(layer: string, part: string): string {
  return part === '' ? layer : `${layer}/${part}`;
}

function nameInLayer(part: string, parameter: ParameterSpecification): string {
  return parameter.owner === 'network' || part === '' ? parameter.name : `${part}/${parameter.name}`;
}

function drawFor(part: string, draw: Draw): Draw {
  return part === '' ? draw : (distribution, name, shape) => draw(distribution, `${part}/${name}`, shape);
}

/**
 * The estimator where nobody has chosen one: local reparametrization, or for a map that refuses it the first of `flipout` and
 * `separate` that goes with the noise.
 */
function usualEstimator(map: LinearMap, noise: NoiseModel): Estimator {
  const candidates = [localReparametrization(), flipout(), separateSamples()];
  const fits = (estimator: Estimator) =>
    estimator.refuses(noise) === undefined && map.refuses?.(noise, estimator) === undefined;
  return candidates.find(fits) ?? candidates[0];
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
