import { checkChoice } from '../checkChoice.js';
import { checkInteger } from '../checkInteger.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkSignal } from '../checkSignal.js';
import { VardropError } from '../errors.js';
import type { EvaluateOptions } from '../evaluation/index.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { headsOf } from '../likelihoods/heads.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { TensorMap } from '../tensorData.js';
import { readDataset } from '../training/data.js';
import { changed } from './changed.js';
import { datasetOf } from './dataOf.js';
import { goldenSection } from './goldenSection.js';
import type { LaplaceCovariance } from './laplace/curvatureProgram.js';
import { fitCovariance, type LaplaceFit } from './laplace/fitCovariance.js';
import { type LastLayer, lastLayerOf, withoutLastNoise } from './laplace/lastLayer.js';
import { sumCurvature } from './laplace/sumCurvature.js';
import type { Network } from './network.js';
import { isTableOrRows, type TableOrRows } from './rows.js';

/** Options of `lastLayerLaplace`. */
export interface LastLayerLaplaceOptions {
  /** The data that the network was trained on, as `evaluate` takes them. */
  readonly data: EvaluateOptions['data'] | TableOrRows;
  /**
   * The precision of the weights' prior N(0, 1/λ), a positive number; or `marginalLikelihood` (default): the one under which the data are
   * the most probable.
   */
  readonly prior?: number | 'marginalLikelihood';
  /**
   * `full`: all weights of the layer together. `kronecker`: that of the inputs times that of the outputs (Martens & Grosse 2015).
   * `diagonal`: each weight alone. Default: the first of them that is small enough, see `mostRows`.
   */
  readonly covariance?: LaplaceCovariance;
  /** Rows per run. Default: 1000. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/** The longest row of a matrix that is factorized on the host, which takes some seconds. */
const mostRows = 1000;

/**
 * The network with a Gaussian over the weights and the bias of its last layer: Laplace's approximation around the trained weights (MacKay
 * 1992; Kristiadi, Hein & Hennig 2020; Daxberger et al. 2021). Its variance grows away from the data, where the layers before have
 * features that grow (ReLU). It needs no new training, and each sample costs one pass, as with noise.
 *
 * For labels and binary targets the curvature is the generalised Gauss-Newton matrix. For Gaussian targets with a known or learned
 * variance and a full covariance it is exact: Bayesian linear regression on what enters the layer, and the weights become its mean.
 * Noise in the layers before stays, and is drawn in each sample; that of the last layer is replaced. With `batch` features are computed
 * with the means of the weights.
 *
 * Throws `VARDROP_LAPLACE` for a last layer that is not dense, other likelihoods, a network that has a posterior, and a precision that
 * is lost in rounding; `VARDROP_OPTION` for options that are none, and for a covariance that is too large; and what `evaluate` throws
 * for data.
 */
export async function lastLayerLaplace<Given extends Likelihoods>(
  network: Network<Given>,
  options: LastLayerLaplaceOptions,
): Promise<Network<Given>> {
  checkOptionNames('lastLayerLaplace', options, optionNames);
  const { data: given, prior = 'marginalLikelihood', covariance: asked, batch = 1000, signal } = options;
  checkPrior(prior);
  if (asked !== undefined)
    checkChoice('VARDROP_OPTION', '[lastLayerLaplace] covariance', asked, ['full', 'kronecker', 'diagonal']);
  checkInteger('lastLayerLaplace', 'batch', batch, 1);
  checkSignal('lastLayerLaplace', signal);
  const { backend, preprocessing } = network;
  if (network.posterior) {
    throw new VardropError(
      'VARDROP_LAPLACE',
      `[lastLayerLaplace] network: got one with a posterior of kind '${network.posterior.kind}', needs one without. Pass the network that it was made of.`,
    );
  }
  const last = lastLayerOf(network.model);
  checkLikelihood(network.model);
  const model = withoutLastNoise(network.model, last);
  const heads = headsOf('lastLayerLaplace', model);
  const read = isTableOrRows(given) ? datasetOf('lastLayerLaplace', model, preprocessing, given) : given;
  const data = readDataset('lastLayerLaplace', model, heads, read);
  checkPresent(data.targets[heads[0].output.name]);
  const covariance = chooseCovariance(model, last, asked);
  const rows = last.bias ? last.inputs + 1 : last.inputs;
  const { parameters } = network;
  const sums = await sumCurvature(model, last, { backend, parameters, data, covariance, batch, signal });
  const weights = matrixOf(parameters, last);
  const fit = fitCovariance({ sums, rows, columns: last.outputs, count: data.weightSum, weights }, covariance);
  const precision = prior === 'marginalLikelihood' ? await mostProbable(fit) : prior;
  const { tensors, mean } = fit.finish(precision);
  const blocks = tensors.factor?.shape[0];
  const posterior = {
    kind: 'laplace',
    settings: { layer: last.layer.name, covariance, precision, ...(blocks !== undefined && { blocks }) },
    tensors,
  } as const;
  const moved = mean ? withMatrix(parameters, last, mean) : parameters;
  return changed(network, { model, parameters: moved, posterior, calibration: undefined });
}

const optionNames = { data: true, prior: true, covariance: true, batch: true, signal: true } as const;

function checkPrior(prior: unknown): void {
  if (prior === 'marginalLikelihood' || (typeof prior === 'number' && prior > 0 && Number.isFinite(prior))) return;
  throw new VardropError(
    'VARDROP_OPTION',
    `[lastLayerLaplace] prior: got ${formatValue(prior)}, needs a positive number, the precision of the prior, or 'marginalLikelihood'.`,
  );
}

function checkLikelihood(model: Model): void {
  const [{ likelihood }] = headsOf('lastLayerLaplace', model);
  const { temperature = 1 } = (likelihood.recipe?.options ?? {}) as { readonly temperature?: number };
  if (temperature !== 1) {
    throw new VardropError(
      'VARDROP_LAPLACE',
      `[lastLayerLaplace] likelihood: got one with a temperature of ${temperature}, needs one without. Use temperatureScaling afterwards.`,
    );
  }
  if (['categorical', 'binary', 'gaussian'].includes(likelihood.name)) return;
  throw new VardropError(
    'VARDROP_LAPLACE',
    `[lastLayerLaplace] likelihood: got ${likelihood.name}, needs categorical, binary or gaussian. Use an ensemble instead.`,
  );
}

function checkPresent(targets: ArrayLike<number>): void {
  for (let i = 0; i < targets.length; i++) {
    if (!Number.isNaN(targets[i])) continue;
    throw new VardropError(
      'VARDROP_LAPLACE',
      `[lastLayerLaplace] targets: got a missing one at ${i}, needs all. Leave out the rows with missing targets.`,
    );
  }
}

function chooseCovariance(model: Model, last: LastLayer, asked: LaplaceCovariance | undefined): LaplaceCovariance {
  const [{ likelihood }] = headsOf('lastLayerLaplace', model);
  const rows = last.bias ? last.inputs + 1 : last.inputs;
  const sizes: Readonly<Record<LaplaceCovariance, number>> = {
    full: likelihood.targets === 'labels' ? rows * last.outputs : rows,
    kronecker: Math.max(rows, last.outputs),
    diagonal: 1,
  };
  const fitting = (['full', 'kronecker', 'diagonal'] as const).filter((each) => sizes[each] <= mostRows);
  if (asked === undefined) return fitting[0];
  if (fitting.includes(asked)) return asked;
  throw new VardropError(
    'VARDROP_OPTION',
    `[lastLayerLaplace] covariance: got '${asked}', a matrix of ${sizes[asked]} rows, needs at most ${mostRows}. Write covariance: '${fitting[0]}'.`,
  );
}

/** W `[rows, columns]`: the weights, and the bias as its last row. */
function matrixOf(parameters: TensorMap, { layer, bias }: LastLayer): Float64Array {
  const weights = parameters[`${layer.name}/weights`].data;
  return Float64Array.from([...weights, ...(bias ? parameters[`${layer.name}/bias`].data : [])]);
}

/** The parameters with another W. */
function withMatrix(parameters: TensorMap, { layer, bias, inputs, outputs }: LastLayer, mean: Float64Array): TensorMap {
  const cut = (start: number, end: number) => Float32Array.from(mean.subarray(start, end));
  const weights = { shape: [inputs, outputs], data: cut(0, inputs * outputs) };
  return {
    ...parameters,
    [`${layer.name}/weights`]: weights,
    ...(bias && { [`${layer.name}/bias`]: { shape: [outputs], data: cut(inputs * outputs, mean.length) } }),
  };
}

/**
 * The precision of the largest evidence, within 0.1 %, between 10⁻⁶ and 10⁸. Where the curvature
 * drowns a small precision in rounding, the search stays above.
 */
async function mostProbable({ evidence }: LaplaceFit): Promise<number> {
  const safe = (log: number) => {
    try {
      return evidence(Math.exp(log));
    } catch {
      return Number.NEGATIVE_INFINITY;
    }
  };
  const log = await goldenSection(safe, { low: Math.log(1e-6), high: Math.log(1e8), within: 1e-3 });
  return Math.exp(log);
}
