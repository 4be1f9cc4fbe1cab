import { allParameters } from '../allParameters.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { type Model, modelParts } from '../layers/model/model.js';
import { inModel } from '../likelihoods/heads.js';
import { adam } from '../optimizers/adam.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { readTensors } from '../readTensors.js';
import type { TensorMap } from '../tensorData.js';
import { initialState, type TrainingState } from './state.js';
import type { Trainable } from './trainable.js';

/** Options of `warmStart`. */
export interface WarmStartOptions {
  /** log σ² of every weight of noise that learns one (`sparseVariational`, `meanField`). Default: −8. */
  readonly logVariance?: number;
  /** Starts what is not given. Default: 0. */
  readonly seed?: number;
  /** That of the training that follows. Default: Adam. */
  readonly optimizer?: Optimizer;
  /** That of the training that follows. Default: all. */
  readonly trainable?: Trainable;
}

/**
 * A state before the first step whose means are those of a trained network without noise: pass it as `fit({ state })`.
 * `parameters` are those of a network of the same layers, by the same full names, with its running statistics. What noise and likelihood learn beside the means starts as in `initialState`, log
 * variances at `logVariance`; parameters of the likelihood are taken where they are given.
 *
 * Throws `VARDROP_STATE` if a mean is missing (all of them are named), has another shape, or if there are tensors that are not
 * means; `VARDROP_OPTION` for invalid or unknown options, and for `logVariance` where no noise learns one.
 */
export function warmStart(
  model: Model,
  parameters: TensorMap<ArrayLike<number>>,
  options: WarmStartOptions = {},
): TrainingState {
  const known = { logVariance: true, seed: true, optimizer: true, trainable: true } as const;
  checkOptionNames('warmStart', options, known, inModel);
  const { logVariance, seed = 0, optimizer = adam(), trainable } = options;
  const state = initialState(model, optimizer, seed, trainable);
  const ofNoise = noiseParameters(model);
  const variances = [...ofNoise].flatMap(([name, isLogVariance]) => (isLogVariance ? [name] : []));
  const start = checkLogVariance(logVariance, variances);
  const all = [...allParameters(model), ...model.carried];
  const given = typeof parameters === 'object' && parameters !== null ? parameters : {};
  const needed = all.filter(({ name }) => {
    return !ofNoise.has(name) && (!name.startsWith('likelihood/') || Object.hasOwn(given, name));
  });
  checkNames(
    needed.map(({ name }) => name),
    parameters,
  );
  const read = readTensors('[warmStart] parameters', needed, parameters, {
    remedy: 'Use the parameters of a network of the same layers.',
  });
  const means = (map: TensorMap): TensorMap =>
    Object.fromEntries(
      Object.entries(map).map(([name, { shape, data }]) => [name, { shape, data: read[name]?.data.slice() ?? data }]),
    );
  for (const name of variances) state.parameters[name].data.fill(start);
  return {
    ...state,
    parameters: means(state.parameters),
    ...(state.carried && { carried: means(state.carried) }),
  };
}

/** The parameters of the noise by full name, and whether they are log variances of weights. */
function noiseParameters(model: Model): ReadonlyMap<string, boolean> {
  return new Map(
    modelParts(model).flatMap(({ name: part, part: { noise, weightShape } }) =>
      noise.parameters(weightShape).map(({ name, owner }) => {
        const full = owner === 'network' ? `network/${name}` : `${part}/${name}`;
        return [full, noise.learns === 'gaussian' && name === 'logVariance'] as const;
      }),
    ),
  );
}

function checkLogVariance(value: number | undefined, variances: readonly string[]): number {
  const got = value === undefined ? -8 : value;
  const refuse = (needs: string): never => {
    throw new VardropError('VARDROP_OPTION', `[warmStart] logVariance: got ${formatValue(value)}, needs ${needs}.`);
  };
  if (typeof got !== 'number' || !Number.isFinite(got)) return refuse('a finite number, the natural logarithm of σ²');
  if (value !== undefined && variances.length === 0)
    refuse('noise that learns log variances, such as sparseVariational(). Leave it out');
  return got;
}

/** Names everything that is missing at once, since it is often a whole layer that has another name. */
function checkNames(needed: readonly string[], parameters: TensorMap<ArrayLike<number>>): void {
  if (typeof parameters !== 'object' || parameters === null || Object.hasOwn(parameters, 'parameters')) return;
  const missing = needed.filter((name) => !Object.hasOwn(parameters, name));
  const unknown = Object.keys(parameters).filter((name) => !needed.includes(name));
  const refuse = (got: string, needs: string): never => {
    throw new VardropError('VARDROP_STATE', `[warmStart] parameters: got ${got}, needs ${needs}.`);
  };
  const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');
  if (missing.length > 0) {
    const others = unknown.length > 0 ? `, but ${quoted(unknown)}` : '';
    refuse(
      `no ${quoted(missing)}${others}`,
      'the means of all layers under the same names. To start some anew, pass { ...initialState(…).parameters, ...parameters } without what belongs to the noise',
    );
  }
  if (unknown.length > 0) refuse(quoted(unknown), 'means of this model only. Leave the others out');
}
