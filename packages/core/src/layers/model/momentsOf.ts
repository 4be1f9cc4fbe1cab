import { VardropError } from '../../errors.js';
import type { Builder, Value } from '../../program/builder.js';
import { gradients } from '../../program/differentiate.js';
import { elementCount } from '../../program/shapes.js';
import type { BuiltLayer } from '../layer.js';
import { type Moments, type MomentsMode, type Sources, uncertain } from '../moments.js';
import { fullName, type Model, type ModelParameters, parametersOf } from './model.js';

/** How moments are carried. */
export interface MomentsOptions {
  /**
   * Whether max pooling and the normalizations of a datapoint, which have no closed form, are approximated. Default: false, so that they are
   * refused.
   */
  readonly approximate?: boolean;
  /**
   * Whether the variance of an output counts the covariance of the units before it. It costs one pass backwards for each number of the
   * outputs. Default: true for models with at most 32 of these.
   */
  readonly covariance?: boolean;
}

/** Up to so many numbers of the outputs the covariance is counted by default. */
const fewOutputs = 32;

/** A variance that the outputs of a layer have beside that of its noise, of the moments of its first input. */
export interface AddedVariance {
  readonly layer: string;
  variance(inputs: Moments): Value;
}

/** Numbers of the pass with noise of their own, and its variance. */
interface Source {
  readonly value: Value;
  readonly variance: Value;
}

/**
 * Mean and variance of each output of a model by name. Means and variances are carried from layer to layer, where numbers of a layer
 * are taken as Gaussian and independent of each other (Wu et al. 2019). The variance of a number of the outputs is then the sum over all
 * sources of noise of `(∂ mean / ∂ source)² · variance of the source` (the delta method, along the carried means). So it has the
 * covariance of units that read the same noise, also where values of a graph meet again. Without `covariance` it is the carried one.
 * Noise that several uses of a layer share is taken as drawn anew.
 *
 * Throws `VARDROP_MOMENTS` for a layer whose moments have no closed form; some of these are approximated with `approximate`.
 */
export function momentsOf(
  b: Builder,
  model: Model,
  inputs: ModelParameters,
  values: ModelParameters,
  { approximate = false, covariance }: MomentsOptions,
  added?: AddedVariance,
): Readonly<Record<string, Moments>> {
  const { calls, outputs } = model;
  const found = new Map<string, Moments>(Object.entries(inputs).map(([name, mean]) => [name, { mean }]));
  const sources: Source[] = [];
  for (const { name, layer, inputs: read } of calls) {
    const carried = (layer.carried ?? []).map((one) => [one.name, values[fullName(layer, one)]]);
    const mode: MomentsMode = {
      ...{ approximate, training: false, carried: Object.fromEntries(carried), carry: () => {} },
      source: (value, variance) => sources.push({ value, variance: b.stopGradient(variance) }),
    };
    const given = read.map((from) => found.get(from) as Moments);
    const own = b.scope(name, () => momentsOfLayer(b, layer, given, values, mode)) ?? refuse(name, layer, mode);
    const moments = added?.layer === layer.name ? withVariance(b, own, added.variance(given[0]), mode) : own;
    // How means change with the variances before them is left out.
    const { mean, variance } = moments;
    found.set(name, variance === undefined ? moments : { mean, variance: b.stopGradient(variance) });
  }
  const numbers = outputs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const counted = covariance === undefined ? numbers <= fewOutputs : covariance;
  return Object.fromEntries(
    outputs.map(({ name, from }) => {
      const moments = found.get(from) as Moments;
      if (!counted || moments.variance === undefined) return [name, moments];
      return [name, { mean: moments.mean, variance: b.scope(name, () => spread(b, moments.mean, sources)) }];
    }),
  );
}

/** The variance of each number of an output, by its derivatives. */
function spread(b: Builder, output: Value, sources: readonly Source[]): Value {
  const count = elementCount(output.shape.slice(1) as readonly number[]);
  const columns = b.reshape(output, ['batch', count]);
  const variances = Array.from({ length: count }, (_, i) => {
    const sum = b.reduceSum(b.slice(columns, [undefined, { start: i, end: i + 1 }]));
    const derivatives = gradients(
      b,
      sum,
      sources.map(({ value }) => value),
    );
    const terms = derivatives.flatMap((derivative, j) => {
      if (b.node(derivative).op === 'constant') return [];
      const axes = derivative.shape.slice(1).map((_, axis) => axis + 1);
      return [b.reduceSum(b.mul(b.square(derivative), sources[j].variance), axes)];
    });
    return b.reshape(
      terms.reduce((total, term) => b.add(total, term)),
      ['batch', 1],
    );
  });
  return b.reshape(count === 1 ? variances[0] : b.concatenate(variances, 1), output.shape);
}

/** Moments with a variance more. */
function withVariance(b: Builder, { mean, variance }: Moments, more: Value, sources: Sources): Moments {
  sources.source(mean, more);
  return { mean, variance: variance ? b.add(variance, more) : more };
}

function momentsOfLayer(
  b: Builder,
  layer: BuiltLayer,
  given: readonly Moments[],
  values: ModelParameters,
  mode: MomentsMode,
): Moments | undefined {
  const parameters = parametersOf(layer, values);
  const noisy = layer.parts?.some(({ noise }) => noise.acts !== 'nowhere');
  const means = given.map(({ mean }) => mean);
  if (!noisy && given.every(({ variance }) => variance === undefined))
    return { mean: layer.apply(b, means, parameters, mode) };
  if (layer.moments) return layer.moments(b, given, parameters, mode);
  if (layer.movesOnly !== true) return undefined;
  const variances = given.map((one) => uncertain(b, one).variance);
  return { mean: layer.apply(b, means, parameters, mode), variance: layer.apply(b, variances, parameters, mode) };
}

function refuse(name: string, layer: BuiltLayer, { approximate }: MomentsMode): never {
  const remedy = layer.moments && !approximate ? 'Write approximate: true, or use samples' : 'Use samples';
  throw new VardropError(
    'VARDROP_MOMENTS',
    `[${name}] moments: got the layer '${layer.kind}', needs one through which mean and variance pass in closed form. ${remedy}.`,
  );
}
