import { checkBackend } from '../backend/checkBackend.js';
import type { Backend, Tensors } from '../backend/contract.js';
import { createSerialUses } from '../backend/serialUses.js';
import { checkChoice } from '../checkChoice.js';
import { checkInteger } from '../checkInteger.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkSignal } from '../checkSignal.js';
import { VardropError } from '../errors.js';
import type { Rows } from '../flattenRows.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import type { MomentsOptions } from '../layers/model/momentsOf.js';
import { headsOf, inModel, isNamed } from '../likelihoods/heads.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { OneOrNamed } from '../oneOrNamed.js';
import { type ParameterPosterior, readPosterior, ruleOf } from '../posteriors/index.js';
import { key } from '../random/key.js';
import { assemblePrediction } from './assemblePrediction.js';
import { checkMomentsOptions } from './checkMomentsOptions.js';
import { checkQuantiles } from './checkQuantiles.js';
import { createSampler } from './createSampler.js';
import type { Prediction, PredictionOf } from './prediction.js';
import type { PredictionMode } from './predictionProgram.js';
import { type ReadInputs, readInputs } from './readInputs.js';

/** Options of a predictor. */
export interface PredictorOptions {
  readonly backend: Backend;
  /**
   * Number of Monte-Carlo samples, or in mode `moments` of points of the outputs' distribution. Default: 32, or for an ensemble the least multiple of its members from there on. With 0 the prediction
   * uses the means of the weights.
   */
  readonly samples?: number;
  /**
   * `sample`: averages over draws of the noise. `mean`: one pass with the means of the weights; `samples` must then be left out or 0.
   * `moments`: one pass with means and variances through all layers, in closed form (Wu et al. 2019, see `momentsProgram`), and averages
   * over points of the outputs' distribution, which cost little; nothing is random. Default: `sample`.
   */
  readonly mode?: PredictionMode;
  /** How moments are carried; only with mode `moments`. */
  readonly moments?: MomentsOptions;
  /** Rows per run. Default: 1000. Results depend on it only through the rounding of the backend's sums. */
  readonly batch?: number;
  /**
   * Probabilities whose quantiles of each target are wanted, such as `[0.05, 0.5, 0.95]`, for likelihoods of numbers: those of the
   * mixture of all samples. They are computed on the host, and the samples' distributions are kept for it. Default: none.
   */
  readonly quantiles?: readonly number[];
  /**
   * What parameters each sample draws first, beside the noise. `parameters` are then its mean, or for an ensemble those of its first
   * member. Default: none, so that all samples have the same parameters.
   */
  readonly posterior?: ParameterPosterior;
  /** Largest count of noise values per run, where the host makes the noise. Default: 2²⁴ (64 MiB). It affects memory only. */
  readonly noisePerRun?: number;
}

/** The names of these options. */
export const predictorOptionNames = {
  backend: true,
  samples: true,
  mode: true,
  moments: true,
  batch: true,
  quantiles: true,
  posterior: true,
  noisePerRun: true,
} as const satisfies Readonly<Record<keyof PredictorOptions, true>>;

/** What other libraries call these options. */
export const predictorOptionsElsewhere = { batchSize: 'Write batch.', ...inModel };

/** Options of a single prediction. */
export interface PredictorRunOptions {
  /** Seed of the noise. Default: 0. A row's noise depends on the seed and the row's index only, not on the other rows. */
  readonly seed?: number;
  /** The index of the first of these rows among all rows, where data are predicted in pieces. Default: 0. */
  readonly row?: number;
  /** Ends the prediction between two runs, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Compiled prediction programs, for predicting many times, such as after every epoch of training. */
export interface Predictor<Given extends Likelihoods = Likelihoods> {
  /**
   * Predicts rows. `parameters` are tensors on the backend by full name, with what the model carries beside them; other tensors
   * among them are ignored, and the caller keeps ownership. `inputs` are one array, or one for each input by its name. Calls run one after another. Inputs are copied before the call returns; parameters are read until it
   * settles. Throws what `readInputs` throws for the inputs, `VARDROP_INPUT` for parameters that are missing or of the wrong
   * shape, `VARDROP_NON_FINITE` for predictions that are not finite, and `VARDROP_DISPOSED` after `dispose`.
   */
  run(
    parameters: Tensors,
    inputs: OneOrNamed<ArrayLike<number> | Rows>,
    options?: PredictorRunOptions,
  ): Promise<PredictionOf<Given>>;
  /** Frees the compiled programs, after the run in progress if there is one. Runs that wait are refused. */
  dispose(): void;
}

/**
 * Prepares prediction. Programs are compiled at the first run, one for full batches and one for a last short one, and kept for
 * the next. A model without noise is evaluated once, since its samples are all the same. Throws `VARDROP_MODEL` without a
 * model; `VARDROP_OPTION` for unknown options, another `mode`, a missing backend, `samples` that are not a non-negative integer
 * or that are given with mode `mean`, none or a posterior without a closed form with mode `moments`, `moments` with another mode, a `batch` that is not a positive integer, and quantiles outside (0, 1);
 * what `readPosterior` throws for a posterior, and with mode `moments` what `momentsProgram` throws; `VARDROP_LIKELIHOOD` unless each output has a likelihood, and for quantiles that it does not have; `VARDROP_SHAPE` for outputs that do not fit.
 */
export function createPredictor<Given extends Likelihoods>(
  model: Model<Given>,
  options: PredictorOptions,
): Predictor<Given> {
  checkObject('VARDROP_MODEL', '[predict] model', model, 'apply', 'sequential()');
  checkOptionNames('createPredictor', options, predictorOptionNames, predictorOptionsElsewhere);
  const { heads, ...resolved } = readPredictorOptions('predict', model, options);
  if (options.quantiles !== undefined) checkQuantiles(heads, options.quantiles);
  const quantiles = options.quantiles && [...options.quantiles];
  const sampler = createSampler(model, { ...resolved, components: quantiles !== undefined });
  const { samples } = sampler;

  async function run(
    parameters: Tensors,
    { inputs, rows }: ReadInputs,
    { seed = 0, row = 0, signal }: PredictorRunOptions,
  ): Promise<Prediction | Readonly<Record<string, Prediction>>> {
    const outputs = await sampler.run(parameters, { inputs, rows, seed, row, signal });
    const predictions = heads.map(({ output, prefix, likelihood: { targets, distribution } }) => {
      const about = { rows, samples, prefix, targets, quantiles, distribution };
      return [output.name, assemblePrediction(outputs, about)] as const;
    });
    return isNamed(model) ? Object.fromEntries(predictions) : predictions[0][1];
  }

  const uses = createSerialUses({ name: 'predict', remedy: 'Create a new predictor' }, () => sampler.dispose());

  return {
    async run(parameters, inputs, runOptions = {}) {
      checkOptionNames('predict', runOptions, { seed: true, row: true, signal: true });
      checkSignal('predict', runOptions.signal);
      // Models without noise do not use the seed, but an invalid one is still a mistake.
      if (runOptions.seed !== undefined) key(runOptions.seed);
      if (runOptions.row !== undefined) checkInteger('predict', 'row', runOptions.row, 0);
      const { inputs: read, rows } = readInputs('predict', model, inputs);
      const copy = Object.fromEntries(Object.entries(read).map(([name, data]) => [name, data.slice()]));
      // The likelihoods decide whether the predictions are of classes or of values.
      return uses.add(async () => (await run(parameters, { inputs: copy, rows }, runOptions)) as PredictionOf<Given>);
    },
    dispose: () => uses.dispose(),
  };
}

/** The options with their defaults, but for quantiles. Throws what `createPredictor` throws for them. */
export function readPredictorOptions(who: string, model: Model, options: PredictorOptions) {
  const { backend, batch = 1000, noisePerRun = 2 ** 24, mode: asked = 'sample', samples: drawn } = options;
  checkBackend(who, backend);
  const heads = headsOf(who, model);
  checkChoice('VARDROP_OPTION', `[${who}] mode`, asked, ['sample', 'mean', 'moments']);
  if (drawn !== undefined) checkInteger(who, 'samples', drawn, 0);
  if (asked === 'mean' && drawn !== undefined && drawn > 0) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] samples: got ${drawn} with mode 'mean', which draws none, needs 0. Leave out mode or samples.`,
    );
  }
  checkMomentsOption(who, options.moments, asked);
  checkInteger(who, 'batch', batch, 1);
  checkInteger(who, 'noisePerRun', noisePerRun, 1);
  const posterior = options.posterior === undefined ? undefined : readPosterior(who, model, options.posterior);
  if (asked === 'moments') checkMoments(who, drawn, posterior);
  const mode: PredictionMode = drawn === 0 ? 'mean' : asked;
  if (mode === 'mean' && posterior && !ruleOf(posterior).centred) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] mode: got ${drawn === 0 ? 'samples: 0' : "'mean'"} for an ensemble, whose members have no mean, needs samples. Leave out mode and samples.`,
    );
  }
  return { backend, batch, noisePerRun, mode, samples: drawn, posterior, heads, moments: options.moments };
}

function checkMomentsOption(who: string, moments: MomentsOptions | undefined, mode: PredictionMode): void {
  if (moments === undefined) return;
  checkOptionNames(`${who}: moments`, moments, { approximate: true, covariance: true });
  checkMomentsOptions(`${who}: moments`, moments);
  if (mode === 'moments') return;
  throw new VardropError(
    'VARDROP_OPTION',
    `[${who}] moments: got ${formatValue(moments)} with mode '${mode}', needs mode 'moments'. Leave it out, or write mode: 'moments'.`,
  );
}

function checkMoments(who: string, points: number | undefined, posterior: ParameterPosterior | undefined): void {
  if (points === 0) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] samples: got 0 with mode 'moments', needs points of the outputs' distribution. Leave out samples, or write mode: 'mean'.`,
    );
  }
  if (posterior === undefined || ruleOf(posterior).spread) return;
  throw new VardropError(
    'VARDROP_OPTION',
    `[${who}] mode: got 'moments' for a posterior of kind '${posterior.kind}', needs samples, which draw parameters from it. Leave out mode.`,
  );
}
