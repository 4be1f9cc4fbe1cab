import { checkBackend } from '../backend/checkBackend.js';
import { type CompiledProgram, compileProgram } from '../backend/compileProgram.js';
import type { Backend, Iteration, Tensor, Tensors } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { createSerialUses } from '../backend/serialUses.js';
import { checkChoice } from '../checkChoice.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkSignal } from '../checkSignal.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { type Head, headsOf, isNamed, type Likelihoods } from '../heads.js';
import type { Model } from '../layers/model/model.js';
import { categorical, type Likelihood } from '../likelihood.js';
import { likelihoodParameters } from '../likelihoodParameters.js';
import type { OneOrNamed } from '../oneOrNamed.js';
import { elementCount } from '../program/shapes.js';
import { key } from '../random/key.js';
import { keyNames, noiseKeys } from '../streams.js';
import { yieldToEvents } from '../yieldToEvents.js';
import { assemblePrediction } from './assemblePrediction.js';
import type { Prediction, PredictionOf } from './prediction.js';
import { type PredictionMode, predictionProgram } from './predictionProgram.js';
import { type ReadInputs, readInputs } from './readInputs.js';

/** Options of a predictor. */
export interface PredictorOptions<Given extends Likelihoods = Likelihood> {
  readonly backend: Backend;
  /** As in `fit`: that of the only output, by default `categorical()`, or one for each output by its name. */
  readonly likelihood?: Given;
  /** Number of Monte-Carlo samples. Default: 32. With 0 the prediction uses the means of the weights. */
  readonly samples?: number;
  /** `mean`: one pass with the means of the weights; `samples` must then be left out or 0. Default: `sample`. */
  readonly mode?: PredictionMode;
  /** Rows per run. Default: 1000. Results depend on it only through the rounding of the backend's sums. */
  readonly batch?: number;
  /** Largest count of noise values per run, where the host makes the noise. Default: 2²⁴ (64 MiB). It affects memory only. */
  readonly noisePerRun?: number;
}

/** The names of these options. */
export const predictorOptionNames = {
  backend: true,
  likelihood: true,
  samples: true,
  mode: true,
  batch: true,
  noisePerRun: true,
} as const satisfies Readonly<Record<keyof PredictorOptions, true>>;

/** What other libraries call these options. */
export const predictorOptionsElsewhere = { batchSize: 'Write batch.' };

/** Options of a single prediction. */
export interface PredictorRunOptions {
  /** Seed of the noise. Default: 0. A row's noise depends on the seed and the row's index only, not on the other rows. */
  readonly seed?: number;
  /** Ends the prediction between two runs, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Compiled prediction programs, for predicting many times, such as after every epoch of training. */
export interface Predictor<Given extends Likelihoods = Likelihood> {
  /**
   * Predicts rows. `parameters` are tensors on the backend by full name, with what the model carries beside them; other tensors
   * among them are ignored, and the caller keeps ownership. `inputs` are one array, or one for each input by its name. Calls run one after another. Inputs are copied before the call returns; parameters are read until it
   * settles. Throws what `readInputs` throws for the inputs, `VARDROP_INPUT` for parameters that are missing or of the wrong
   * shape, `VARDROP_NON_FINITE` for predictions that are not finite, and `VARDROP_DISPOSED` after `dispose`.
   */
  run(
    parameters: Tensors,
    inputs: OneOrNamed<ArrayLike<number>>,
    options?: PredictorRunOptions,
  ): Promise<PredictionOf<Given>>;
  /** Frees the compiled programs, after the run in progress if there is one. Runs that wait are refused. */
  dispose(): void;
}

/**
 * Prepares prediction. Programs are compiled at the first run, one for full batches and one for a last short one, and kept for
 * the next. A model without noise is evaluated once, since its samples are all the same. Throws `VARDROP_MODEL` without a
 * model; `VARDROP_OPTION` for unknown options, another `mode`, a missing backend, `samples` that are not a non-negative integer
 * or that are given with mode `mean`, and a `batch` that is not a positive integer; `VARDROP_LIKELIHOOD` for values whose
 * likelihood has no learned `logVariance`, and unless each output has a likelihood; `VARDROP_SHAPE` for outputs that do not fit.
 */
export function createPredictor<Given extends Likelihoods = Likelihood<'labels'>>(
  model: Model,
  options: PredictorOptions<Given>,
): Predictor<Given> {
  const { backend, batch, noisePerRun, mode, drawn, likelihood, heads } = readOptions(model, options);
  const sampled = predictionProgram(model, likelihood, 'sample');
  const keys = keyNames(sampled);
  const samples = mode === 'mean' || keys.length === 0 ? 0 : drawn;
  const source = samples > 0 ? sampled : predictionProgram(model, likelihood, 'mean');
  const compiled = new Map<number, CompiledProgram>();

  function keepOnly(sizes: readonly number[]): void {
    for (const [rows, program] of compiled) {
      if (sizes.includes(rows)) continue;
      compiled.delete(rows);
      program.dispose();
    }
  }

  async function programFor(rows: number): Promise<CompiledProgram> {
    const program = compiled.get(rows) ?? (await compileProgram(backend, source, { batch: rows }));
    compiled.set(rows, program);
    return program;
  }

  async function run(
    parameters: Tensors,
    { inputs, rows }: ReadInputs,
    { seed = 0, signal }: PredictorRunOptions,
  ): Promise<Prediction | Readonly<Record<string, Prediction>>> {
    const full = Math.min(batch, rows);
    keepOnly([full, rows % full]);
    const collected = new Map<string, Float32Array<ArrayBuffer>>();
    for (let first = 0; first < rows; first += full) {
      await giveWay(signal);
      const count = Math.min(full, rows - first);
      const program = await programFor(count);
      const cut = cutRows(model, inputs, first, count);
      const keysOf = (sample: number) => noiseKeys(keys, seed, 'prediction', sample, first);
      const outputs = await predictRows(backend, model, samples, noisePerRun, program, parameters, cut, keysOf, signal);
      for (const [name, values] of Object.entries(outputs)) {
        const perRow = values.length / count;
        const all = collected.get(name) ?? new Float32Array(rows * perRow);
        all.set(values, first * perRow);
        collected.set(name, all);
      }
    }
    const outputs = Object.fromEntries(collected);
    const predictions: Record<string, Prediction> = {};
    for (const head of heads) {
      const logVariance = await readLogVariance(backend, head, parameters);
      const about = { rows, samples, prefix: head.prefix, logVariance };
      predictions[head.output.name] = assemblePrediction(outputs, about);
    }
    return isNamed(model, likelihood) ? predictions : predictions[heads[0].output.name];
  }

  const uses = createSerialUses({ name: 'predict', remedy: 'Create a new predictor' }, () => keepOnly([]));

  return {
    async run(parameters, inputs, runOptions = {}) {
      checkOptionNames('predict', runOptions, { seed: true, signal: true });
      checkSignal('predict', runOptions.signal);
      // Models without noise do not use the seed, but an invalid one is still a mistake.
      if (runOptions.seed !== undefined) key(runOptions.seed);
      const { inputs: read, rows } = readInputs('predict', model, inputs);
      const copy = Object.fromEntries(Object.entries(read).map(([name, data]) => [name, data.slice()]));
      // The likelihoods decide whether the predictions are of classes or of values.
      return uses.add(async () => (await run(parameters, { inputs: copy, rows }, runOptions)) as PredictionOf<Given>);
    },
    dispose: () => uses.dispose(),
  };
}

/** The options with their defaults. Throws what `createPredictor` throws for them. */
function readOptions(model: Model, options: PredictorOptions<Likelihoods>) {
  checkObject('VARDROP_MODEL', '[predict] model', model, 'apply', 'sequential()');
  checkOptionNames('createPredictor', options, predictorOptionNames, predictorOptionsElsewhere);
  const { backend, batch = 1000, noisePerRun = 2 ** 24, mode = 'sample', samples: drawn = 32 } = options;
  const { likelihood = categorical() }: { readonly likelihood?: Likelihoods } = options;
  checkBackend('predict', backend);
  const heads = headsOf('predict', model, likelihood);
  checkChoice('VARDROP_OPTION', '[predict] mode', mode, ['sample', 'mean']);
  checkCount('samples', drawn, 0);
  if (mode === 'mean' && drawn > 0 && options.samples !== undefined) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[predict] samples: got ${drawn} with mode 'mean', which draws none, needs 0. Leave out mode or samples.`,
    );
  }
  checkCount('batch', batch, 1);
  checkCount('noisePerRun', noisePerRun, 1);
  heads.forEach(checkHead);
  return { backend, batch, noisePerRun, mode, drawn, likelihood, heads };
}

/** The inputs of `count` rows from row `first` on. */
function cutRows(model: Model, inputs: ReadInputs['inputs'], first: number, count: number): ReadInputs {
  const cut = model.inputs.map(({ name, shape }) => {
    const columns = elementCount(shape);
    return [name, inputs[name].subarray(first * columns, (first + count) * columns)] as const;
  });
  return { inputs: Object.fromEntries(cut), rows: count };
}

/** Outputs for some rows, by name. It disposes of all tensors that it makes on the backend. */
async function predictRows(
  backend: Backend,
  model: Model,
  samples: number,
  noisePerRun: number,
  program: CompiledProgram,
  parameters: Tensors,
  { inputs, rows }: ReadInputs,
  keysOf: (sample: number) => Iteration['keys'],
  signal: AbortSignal | undefined,
): Promise<Record<string, Float32Array<ArrayBuffer>>> {
  const owned = new Set<Tensor>();
  const own = <T extends Tensor>(tensor: T): T => {
    owned.add(tensor);
    return tensor;
  };
  const disown = (tensors: readonly Tensor[]) => {
    for (const tensor of tensors) owned.delete(tensor);
    disposeAll(backend, tensors);
  };
  try {
    const data: Tensors = Object.fromEntries(
      model.inputs.map(({ name, shape }) => [name, own(backend.upload(inputs[name], [rows, ...shape]))]),
    );
    let values: Tensors = Object.fromEntries(
      carriedShapes(program).map(({ name, shape }) => [
        name,
        own(backend.upload(new Float32Array(elementCount(shape)), shape)),
      ]),
    );
    const perRun = samples === 0 ? 1 : samplesPerRun(program, noisePerRun);
    for (let first = 0; first < Math.max(samples, 1); first += perRun) {
      await giveWay(signal);
      const weights: Tensor[] = [];
      for (let k = first; k < Math.min(first + perRun, samples); k++) {
        weights.push(own(backend.upload(Float32Array.of(1 / (k + 1)), [])));
      }
      const iterations = weights.map((weight, i): Iteration => ({ inputs: { weight }, keys: keysOf(first + i) }));
      const result = program.run({ ...parameters, ...values, ...data }, samples === 0 ? [{}] : iterations);
      for (const tensors of [result.carried, ...result.outputs]) Object.values(tensors).forEach(own);
      disown([...Object.values(values), ...weights]);
      values = samples === 0 ? result.outputs[0] : result.carried;
    }
    const read: Record<string, Float32Array<ArrayBuffer>> = {};
    for (const [name, tensor] of Object.entries(values)) read[name] = await backend.read(tensor);
    return read;
  } finally {
    disposeAll(backend, owned);
  }
}

/** Backends that compute synchronously never yield to the event loop, so no signal could be raised. */
async function giveWay(signal: AbortSignal | undefined): Promise<void> {
  await yieldToEvents();
  signal?.throwIfAborted();
}

function checkCount(what: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new VardropError(
    'VARDROP_OPTION',
    `[predict] ${what}: got ${formatValue(value)}, needs ${least === 0 ? 'a non-negative' : 'a positive'} integer.`,
  );
}

/** The variance of the targets is read from `logVariance`. Another likelihood of values has to have this parameter too. */
function checkHead({ likelihood, output: { shape } }: Head): void {
  if (likelihood.targets === 'labels') return;
  const own = likelihoodParameters(likelihood, shape).find(({ name }) => name === 'logVariance');
  if (own && own.shape.join() === shape.join()) return;
  throw new VardropError(
    'VARDROP_LIKELIHOOD',
    `[predict] likelihood: got '${likelihood.name}' without a logVariance of shape [${shape.join(', ')}], needs one for the variance of the targets. Use gaussianLikelihood() or give yours that parameter.`,
  );
}

async function readLogVariance(
  backend: Backend,
  { likelihood, prefix }: Head,
  parameters: Tensors,
): Promise<Float32Array | undefined> {
  if (likelihood.targets === 'labels') return undefined;
  const name = `likelihood/${prefix}logVariance`;
  const tensor = parameters[name];
  if (tensor) return backend.read(tensor);
  throw new VardropError(
    'VARDROP_INPUT',
    `[predict] parameter "${name}": got nothing, needs the variances learned in training.`,
  );
}

function carriedShapes(compiled: CompiledProgram): { name: string; shape: readonly number[] }[] {
  return compiled.program.nodes.flatMap((node) =>
    node.op === 'input' && node.role === 'carried' ? [{ name: node.name, shape: node.shape }] : [],
  );
}

/** Largest number of samples per run. It bounds memory and the time until a signal is noticed. */
const longestRun = 64;

/** The number of samples per run that keeps the noise within `noisePerRun`. */
function samplesPerRun(compiled: CompiledProgram, noisePerRun: number): number {
  const handed = compiled.program.nodes.reduce(
    (sum, node) => sum + (node.op === 'input' && node.role === 'iteration' ? elementCount(node.shape) : 0),
    0,
  );
  return Math.min(longestRun, Math.max(1, Math.floor(noisePerRun / handed)));
}
