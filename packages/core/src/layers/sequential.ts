import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkParameters } from '../checkParameters.js';
import type { Divergence } from '../divergences/divergence.js';
import { VardropError } from '../errors.js';
import type { Estimator } from '../estimators/estimator.js';
import { localReparametrization } from '../estimators/localReparametrization.js';
import { formatValue } from '../formatValue.js';
import type { Draw, LayerParameters, NoiseModel, ParameterSpecification } from '../noise/noiseModel.js';
import { noNoise } from '../noise/noNoise.js';
import type { Builder, Value } from '../program/builder.js';
import type { BuiltLayer, Layer } from './layer.js';

/** What a sequential model is made of. */
export interface SequentialOptions {
  /** Shape of one datapoint: `[784]`, or `[28, 28, 1]` for images. */
  readonly input: readonly number[];
  readonly layers: readonly Layer[];
  /** For layers without their own noise. Default: no noise. */
  readonly noise?: NoiseModel;
  /** For layers without their own estimator. Default: `localReparametrization()`. */
  readonly estimator?: Estimator;
  /**
   * For layers without their own divergence. Default: the exact KL to the log-uniform prior for noise with an α, and the KL to
   * a standard normal prior for mean-field weights and learned Bernoulli rates. `null`: no divergence. The noise is then
   * trained by the data alone, and shrinks to 0.
   */
  readonly divergence?: Divergence | null;
}

/** Values of a model's parameters by full name (`dense1/weights`, `network/rho`). */
export type ModelParameters = Readonly<Record<string, Value>>;

/** A network with fixed shapes. It holds no parameter values; training and prediction take them as arguments. */
export interface Model {
  /** The options it was made from. A model of another size can be made from them. */
  readonly options: SequentialOptions;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly layers: readonly BuiltLayer[];
  /** Every parameter once, with its full name. */
  readonly parameters: readonly ParameterSpecification[];
  /**
   * Adds the forward pass: outputs `[batch, …outputShape]` of `x` `[batch, …inputShape]`. `mean` uses the weights'
   * means; `sample` draws noise from keys named `dense1/zeta`, … (see `keys`).
   */
  apply(b: Builder, x: Value, parameters: ModelParameters, mode: 'mean' | 'sample'): Value;
  /** The same, with the outputs of every layer, in order. */
  trace(
    b: Builder,
    x: Value,
    parameters: ModelParameters,
    mode: 'mean' | 'sample',
  ): readonly { readonly layer: string; readonly output: Value }[];
  /** Adds the KL of each layer with a divergence, in nats, by layer name. */
  divergences(b: Builder, parameters: ModelParameters): readonly { readonly layer: string; readonly kl: Value }[];
}

/** Owners of parameters that belong to no layer. */
const reserved: readonly string[] = ['network', 'likelihood'];

/**
 * A network of layers, one after the other. Throws `VARDROP_MODEL` if `layers` is empty or contains something else than layers,
 * for an input shape that is not made of positive integers, for a layer name that is empty, repeated, reserved or contains '/',
 * for layers that share a parameter but not its shape or initializer, and for parameters that `checkParameters` refuses;
 * `VARDROP_OPTION` for unknown options; and what its layers throw for shapes that do not fit.
 */
export function sequential(options: SequentialOptions): Model {
  const known = { input: true, layers: true, noise: true, estimator: true, divergence: true } as const;
  checkOptionNames('sequential', options, known, { inputShape: 'Write input.' });
  const { input, layers } = options;
  if (!Array.isArray(input) || input.length === 0 || !input.every((n) => Number.isInteger(n) && n > 0)) {
    throw new VardropError(
      'VARDROP_MODEL',
      `[sequential] input: got ${formatValue(input)}, needs the shape of one datapoint: positive integers, such as [784].`,
    );
  }
  if (!Array.isArray(layers) || layers.length === 0) {
    const got = Array.isArray(layers) ? 'none' : formatValue(layers);
    throw new VardropError(
      'VARDROP_MODEL',
      `[sequential] layers: got ${got}, needs an array of at least one. Write layers: [dense({ units })].`,
    );
  }
  const { noise = noNoise(), estimator = localReparametrization(), divergence } = options;
  checkObject('VARDROP_LAYER', '[sequential] noise', noise, 'parameters', 'variationalDropout()');
  checkObject('VARDROP_LAYER', '[sequential] estimator', estimator, 'apply', 'localReparametrization()');
  const defaults = { noise, estimator, divergence };
  const counts = new Map<string, number>();
  const built: BuiltLayer[] = [];
  for (const [index, layer] of layers.entries()) {
    checkObject('VARDROP_MODEL', `[sequential] layers[${index}]`, layer, 'build', 'dense()');
    const count = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, count);
    const name = layer.name ?? `${layer.kind}${count}`;
    if (!/^[^/]+$/.test(name) || reserved.includes(name) || built.some((earlier) => earlier.name === name)) {
      throw new VardropError(
        'VARDROP_MODEL',
        `[sequential] layers: got '${name}' for a layer, needs a unique name without '/' and other than ${reserved.join(', ')}. Rename it.`,
      );
    }
    built.push(layer.build(name, built.at(-1)?.outputShape ?? input, defaults));
  }
  const parameters = collectParameters(built);
  const trace: Model['trace'] = (b, x, values, mode) => {
    let current = x;
    return built.map((layer) => {
      current = b.scope(layer.name, () =>
        layer.apply(b, current, parametersOf(layer, values), mode === 'mean' ? 'mean' : { draw: drawIn(b) }),
      );
      return { layer: layer.name, output: current };
    });
  };
  return {
    options,
    inputShape: input,
    outputShape: built[built.length - 1].outputShape,
    layers: built,
    parameters,
    apply: (b, x, values, mode) => trace(b, x, values, mode)[built.length - 1].output,
    trace,
    divergences(b, values) {
      return built.flatMap((layer) => {
        const { divergence, noise, weightShape } = layer.linear ?? {};
        if (!divergence || !noise?.posterior || !weightShape) return [];
        const posterior = noise.posterior;
        const kl = b.scope(layer.name, () =>
          b.label(divergence.kl(b, posterior(b, parametersOf(layer, values), weightShape)), 'kl'),
        );
        return [{ layer: layer.name, kl }];
      });
    },
  };
}

/** Draws noise in the current scope. The same name gives the same noise. */
function drawIn(b: Builder): Draw {
  const drawn = new Map<string, Value>();
  return (distribution, name, shape) => {
    const earlier = drawn.get(name);
    if (earlier) return earlier;
    const value = b.noise(distribution, name, shape);
    drawn.set(name, value);
    return value;
  };
}

/** A parameter's name in the model. */
export function fullName(layer: BuiltLayer, parameter: ParameterSpecification): string {
  return `${parameter.owner === 'network' ? 'network' : layer.name}/${parameter.name}`;
}

/** The parameters of one layer, by their names within it. */
export function parametersOf(layer: BuiltLayer, values: ModelParameters): LayerParameters {
  return Object.fromEntries(layer.parameters.map((parameter) => [parameter.name, values[fullName(layer, parameter)]]));
}

function collectParameters(layers: readonly BuiltLayer[]): readonly ParameterSpecification[] {
  const all = new Map<string, ParameterSpecification>();
  for (const layer of layers) {
    for (const parameter of checkParameters('VARDROP_MODEL', layer.name, layer.parameters)) {
      const name = fullName(layer, parameter);
      const earlier = all.get(name);
      if (earlier && earlier.shape.join() !== parameter.shape.join()) {
        throw new VardropError(
          'VARDROP_MODEL',
          `[${layer.name}] ${name}: got shape [${parameter.shape}], needs [${earlier.shape}], as in an earlier layer that shares it.`,
        );
      }
      if (earlier && JSON.stringify(earlier.initialize) !== JSON.stringify(parameter.initialize)) {
        throw new VardropError(
          'VARDROP_MODEL',
          `[${layer.name}] ${name}: got another initial value than in an earlier layer, needs the same, since the layers share it. Give their noise the same rate, or each layer its own alpha.`,
        );
      }
      if (!earlier) all.set(name, { ...parameter, name });
    }
  }
  return [...all.values()];
}
