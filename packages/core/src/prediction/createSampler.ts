import { type CompiledProgram, compileProgram } from '../backend/compileProgram.js';
import type { Backend, Iteration, Tensor, Tensors } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { VardropError } from '../errors.js';
import type { Model } from '../layers/model/model.js';
import { type Head, headsOf, targetName } from '../likelihoods/heads.js';
import { type ParameterPosterior, posteriorInput, ruleOf } from '../posteriors/index.js';
import type { Program } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import { keyNames, noiseKeys } from '../streams.js';
import { yieldToEvents } from '../yieldToEvents.js';
import { type PredictionDetails, type PredictionMode, pointsInput, predictionProgram } from './predictionProgram.js';
import type { ReadInputs } from './readInputs.js';
import { gatherTargets } from './readTargets.js';
import { standardPoints } from './standardPoints.js';

/** What a sampler is prepared for. */
export interface SamplerOptions extends PredictionDetails {
  readonly backend: Backend;
  readonly mode: PredictionMode;
  /** Samples, or points of the outputs in mode `moments`; undefined for the default. */
  readonly samples: number | undefined;
  /** Rows per run. */
  readonly batch: number;
  /** Largest count of noise values per run. */
  readonly noisePerRun: number;
}

/** One set of rows and their noise. */
export interface SamplerRun {
  readonly inputs: ReadInputs['inputs'];
  readonly rows: number;
  /** With `score`: what `readTargets` has returned, by output. */
  readonly targets?: Readonly<Record<string, ArrayLike<number>>>;
  readonly seed: number;
  /** The number of the first row, which noise depends on. Default: 0. */
  readonly row?: number;
  readonly signal: AbortSignal | undefined;
}

/** Runs `predictionProgram` over all rows and samples. */
export interface Sampler {
  /** Samples drawn in a run; 0 for the means of the weights, also of a model without noise. */
  readonly samples: number;
  /**
   * The outputs for all rows by name: averages `[rows, …]`, and with the details that were asked for those of each sample,
   * `[samples, rows, …]` (one sample for the means of the weights).
   */
  run(parameters: Tensors, run: SamplerRun): Promise<Record<string, Float32Array<ArrayBuffer>>>;
  /** Frees the compiled programs. */
  dispose(): void;
}

/**
 * Prepares sampling. Programs are compiled at the first run, one for full batches and one for a last short one, and kept for the
 * next. A model without noise is evaluated once, since its samples are all the same.
 */
export function createSampler(model: Model, options: SamplerOptions): Sampler {
  const { backend, mode, batch, noisePerRun, score, components, posterior, moments } = options;
  const heads = headsOf('predict', model);
  const details = { score, components, posterior, moments };
  const sampled = predictionProgram(model, mode === 'moments' ? 'moments' : 'sample', details);
  const keys = keyNames(sampled);
  const points = pointInputs(sampled);
  const samples = mode === 'mean' ? 0 : countSamples(options.samples, keys.length + points.length > 0, posterior);
  const iterationInputs = createIterationInputs(points, samples);
  const source = samples > 0 ? sampled : predictionProgram(model, 'mean', details);
  const compiled = new Map<number, CompiledProgram>();
  /** The tensors of the posterior, from the first run on. */
  const drawnFrom: Record<string, Tensor> = {};

  function keepOnly(sizes: readonly number[]): void {
    for (const [rows, program] of compiled) {
      if (sizes.includes(rows)) continue;
      compiled.delete(rows);
      program.dispose();
    }
  }

  function uploadPosterior(): void {
    for (const [name, { shape, data }] of Object.entries(posterior?.tensors ?? {}))
      drawnFrom[posteriorInput(name)] ??= backend.upload(data, shape);
  }

  async function programFor(rows: number): Promise<CompiledProgram> {
    const program = compiled.get(rows) ?? (await compileProgram(backend, source, { batch: rows }));
    compiled.set(rows, program);
    return program;
  }

  return {
    samples,
    async run(parameters, { inputs, rows, targets, seed, row = 0, signal }) {
      const full = Math.min(batch, rows);
      if (samples > 0) uploadPosterior();
      keepOnly([full, rows % full]);
      const collected = createCollection(rows);
      for (let first = 0; first < rows; first += full) {
        await giveWay(signal);
        const count = Math.min(full, rows - first);
        const program = await programFor(count);
        const data = cutRows(model, heads, { inputs, targets, rows }, first, count);
        const keysOf = (sample: number) => noiseKeys(keys, seed, 'prediction', sample, row + first);
        const cut = await runRows(backend, program, {
          ...{ samples, iterationInputs, noisePerRun, data, keysOf, signal },
          parameters: { ...parameters, ...drawnFrom },
        });
        for (const [name, values] of Object.entries(cut.averages)) collected.add(name, [values], first, count);
        for (const [name, values] of Object.entries(cut.each)) collected.add(name, values, first, count);
      }
      return collected.outputs();
    },
    dispose() {
      keepOnly([]);
      disposeAll(backend, Object.values(drawnFrom));
      for (const name of Object.keys(drawnFrom)) delete drawnFrom[name];
    },
  };
}

/**
 * The number of samples: by default 32, or for a posterior whose draws take turns the least whole number of rounds that is as many.
 * Without noise one round. Throws `VARDROP_OPTION` for another number than whole rounds.
 */
function countSamples(given: number | undefined, noisy: boolean, posterior: ParameterPosterior | undefined): number {
  const period = posterior ? (ruleOf(posterior).period?.(posterior.settings) ?? 1) : 1;
  if (!noisy) return period > 1 ? period : 0;
  const samples = given ?? Math.ceil(defaultSamples / period) * period;
  if (samples % period === 0) return samples;
  throw new VardropError(
    'VARDROP_OPTION',
    `[predict] samples: got ${samples} for an ensemble of ${period}, needs a multiple of ${period}, so that each member counts as much. Write samples: ${Math.ceil(samples / period) * period}.`,
  );
}

const defaultSamples = 32;

/** An input of an iteration that holds points of an output, and its shape. */
type PointInput = Pick<Upload, 'name' | 'shape'>;

function pointInputs({ nodes }: Program): readonly PointInput[] {
  return nodes.flatMap((node) =>
    node.op === 'input' && node.name.startsWith(pointsInput)
      ? [{ name: node.name, shape: node.shape as readonly number[] }]
      : [],
  );
}

/** What each of `samples` iterations is given: its weight in the running means, and its points of the outputs. */
function createIterationInputs(points: readonly PointInput[], samples: number): (sample: number) => readonly Upload[] {
  const all = points.map(({ shape }) => standardPoints(samples, elementCount(shape)));
  return (sample) => [
    { name: 'weight', data: Float32Array.of(1 / (sample + 1)), shape: [] },
    ...points.map((one, i) => ({ ...one, data: all[i][sample] })),
  ];
}

/** Gathers outputs of cuts of the rows, of one or several samples. */
function createCollection(rows: number) {
  const collected: Record<string, Float32Array<ArrayBuffer>> = {};
  return {
    add(name: string, samples: readonly Float32Array[], first: number, count: number): void {
      const perRow = samples[0].length / count;
      collected[name] ??= new Float32Array(samples.length * rows * perRow);
      samples.forEach((values, sample) => {
        collected[name].set(values, (sample * rows + first) * perRow);
      });
    },
    outputs: () => collected,
  };
}

/** An array to upload, and its shape. */
interface Upload {
  readonly name: string;
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** The inputs, and the targets if there are any, of `count` rows from row `first` on. */
function cutRows(
  model: Model,
  heads: readonly Head[],
  { inputs, targets, rows }: Pick<SamplerRun, 'inputs' | 'targets' | 'rows'>,
  first: number,
  count: number,
): readonly Upload[] {
  const cut = model.inputs.map(({ name, shape }) => {
    const columns = elementCount(shape);
    return { name, data: inputs[name].subarray(first * columns, (first + count) * columns), shape: [count, ...shape] };
  });
  if (targets === undefined) return cut;
  const indices = Uint32Array.from({ length: count }, (_, row) => first + row);
  const wanted = heads.map((head) => ({
    name: targetName(head),
    data: gatherTargets(head, targets[head.output.name], rows, indices),
    shape: [count, ...head.targetShape],
  }));
  return [...cut, ...wanted];
}

/** Outputs for some rows, by name. It disposes of all tensors that it makes on the backend. */
async function runRows(
  backend: Backend,
  program: CompiledProgram,
  about: {
    readonly samples: number;
    readonly iterationInputs: (sample: number) => readonly Upload[];
    readonly noisePerRun: number;
    readonly parameters: Tensors;
    readonly data: readonly Upload[];
    readonly keysOf: (sample: number) => Iteration['keys'];
    readonly signal: AbortSignal | undefined;
  },
): Promise<{
  readonly averages: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
  readonly each: Readonly<Record<string, Float32Array<ArrayBuffer>[]>>;
}> {
  const { samples, parameters, keysOf, signal } = about;
  const owned = new Set<Tensor>();
  const own = <T extends Tensor>(tensor: T): T => {
    owned.add(tensor);
    return tensor;
  };
  const disown = (tensors: readonly Tensor[]) => {
    for (const tensor of tensors) owned.delete(tensor);
    disposeAll(backend, tensors);
  };
  const each: Record<string, Float32Array<ArrayBuffer>[]> = {};
  try {
    const data: Tensors = Object.fromEntries(
      about.data.map(({ name, data, shape }) => [name, own(backend.upload(data, shape))]),
    );
    let values: Tensors = Object.fromEntries(
      carriedShapes(program).map(({ name, shape }) => [
        name,
        own(backend.upload(new Float32Array(elementCount(shape)), shape)),
      ]),
    );
    const perRun = samples === 0 ? 1 : samplesPerRun(program, about.noisePerRun);
    for (let first = 0; first < Math.max(samples, 1); first += perRun) {
      await giveWay(signal);
      const iterations: Iteration[] = [];
      for (let k = first; k < Math.min(first + perRun, samples); k++) {
        const inputs = about
          .iterationInputs(k)
          .map(({ name, data, shape }) => [name, own(backend.upload(data, shape))]);
        iterations.push({ inputs: Object.fromEntries(inputs), keys: keysOf(k) });
      }
      const result = program.run({ ...parameters, ...values, ...data }, samples === 0 ? [{}] : iterations);
      for (const tensors of [result.carried, ...result.outputs]) Object.values(tensors).forEach(own);
      disown([...Object.values(values), ...iterations.flatMap(({ inputs = {} }) => Object.values(inputs))]);
      values = result.carried;
      for (const outputs of result.outputs) {
        for (const [name, tensor] of Object.entries(outputs)) {
          each[name] ??= [];
          each[name].push(await backend.read(tensor));
        }
        disown(Object.values(outputs));
      }
    }
    const averages: Record<string, Float32Array<ArrayBuffer>> = {};
    for (const [name, tensor] of Object.entries(values)) averages[name] = await backend.read(tensor);
    return { averages, each };
  } finally {
    disposeAll(backend, owned);
  }
}

/** Backends that compute synchronously never yield to the event loop, so no signal could be raised. */
async function giveWay(signal: AbortSignal | undefined): Promise<void> {
  await yieldToEvents();
  signal?.throwIfAborted();
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
