import { type CompiledProgram, compileProgram } from '../backend/compileProgram.js';
import type { Backend, NoiseKey, Tensor, Tensors } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { headsOf, type Likelihoods, targetName } from '../heads.js';
import type { Model } from '../layers/model/model.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Program } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import { keyNames, noiseKeys } from '../streams.js';
import type { Minibatch } from './data.js';
import { gradientName, gradientProgram } from './gradientProgram.js';
import type { StepResult, StepScales } from './step.js';
import { splitParameters, type Trainable } from './trainable.js';
import { trainingProgram } from './trainingProgram.js';
import { updateProgram } from './updateProgram.js';
import { uploadAll } from './uploadAll.js';

/** A loss that is not finite, with what it was computed from; the tensors are valid until `failed` settles. */
export interface FailedPart {
  readonly result: StepResult;
  readonly inputs: Tensors;
  readonly keys: Readonly<Record<string, NoiseKey>>;
}

/** What training steps are made of. */
export interface StepParts {
  readonly model: Model;
  readonly backend: Backend;
  readonly likelihood: Likelihoods;
  readonly optimizer: Optimizer;
  readonly trainable: Trainable | undefined;
  readonly seed: number;
  /** The most rows that are computed at once; undefined for whole minibatches. */
  readonly microBatch: number | undefined;
}

/** Computes training steps. It owns its programs and what they read beside what it is given. */
export interface StepRunner {
  /**
   * One step from `tensors`: all parameters, carried values and slots. Gives their next values, which belong to the caller.
   * Rejects with what `failed` gives for a loss that is not finite, and then leaves nothing behind.
   */
  run(
    tensors: Tensors,
    minibatch: Minibatch,
    at: { readonly step: number; readonly scales: StepScales },
    failed: (part: FailedPart) => Promise<Error>,
  ): Promise<{ readonly carried: Tensors; readonly result: StepResult }>;
  dispose(): void;
}

/**
 * Prepares training steps. A minibatch of more rows than `microBatch` is computed in parts: their gradients are summed on the
 * backend, and one update follows. Rows are scaled for the whole minibatch, noise depends on the row of the minibatch, and the KL counts with the
 * first part, so that the step is that of the whole minibatch up to rounding.
 */
export function createStepRunner(parts: StepParts): StepRunner {
  const { model, backend, likelihood, optimizer, trainable, seed, microBatch } = parts;
  const heads = headsOf('training', model, likelihood);
  const whole = createPrograms(backend, trainingProgram(model, likelihood, optimizer, trainable));
  const names = keyNames(whole.source);
  const inParts = microBatch === undefined ? undefined : createPartPrograms(parts);
  const free = (tensors: Tensors) => disposeAll(backend, Object.values(tensors));

  /** Uploads `count` rows from `row` on, and scalars, and frees them once `use` has settled. */
  async function withInputs<Result>(
    minibatch: Minibatch,
    [row, count]: readonly [number, number],
    scalars: Readonly<Record<string, number>>,
    use: (inputs: Tensors) => Promise<Result>,
  ): Promise<Result> {
    const inputs: Record<string, Tensor> = {};
    const rows = (data: Float32Array, shape: readonly number[]) => {
      const width = elementCount(shape);
      return backend.upload(data.subarray(row * width, (row + count) * width), [count, ...shape]);
    };
    try {
      for (const { name, shape } of model.inputs) inputs[name] = rows(minibatch.inputs[name], shape);
      for (const head of heads) inputs[targetName(head)] = rows(minibatch.targets[head.output.name], head.output.shape);
      for (const [name, value] of Object.entries(scalars)) inputs[name] = backend.upload(Float32Array.of(value), []);
      return await use(inputs);
    } finally {
      free(inputs);
    }
  }

  /** Reads the results of a run, after `meanwhile`. If the loss is not finite, or something fails, the run's carried values are freed. */
  async function resultOf(
    { carried, outputs: [output] }: ReturnType<CompiledProgram['run']>,
    failed: (result: StepResult) => Promise<Error>,
    meanwhile: () => void = () => undefined,
  ): Promise<StepResult> {
    try {
      meanwhile();
      const [loss, dataTerm, kl] = await Promise.all(
        ['loss', 'dataTerm', 'kl'].map(async (name) => (await backend.read(output[name]))[0]),
      );
      if (!Number.isFinite(loss)) throw await failed({ loss, dataTerm, kl });
      return { loss, dataTerm, kl };
    } catch (error) {
      free(carried);
      throw error;
    } finally {
      free(output);
    }
  }

  const runWhole: StepRunner['run'] = async (tensors, minibatch, { step, scales }, failed) => {
    const { rows } = minibatch;
    const program = await whole.of(rows);
    const scalars = {
      datapointScale: 1 / rows,
      klScale: scales.klScale,
      ...optimizer.scalars(step + 1, scales.learningRateFactor),
    };
    return withInputs(minibatch, [0, rows], scalars, async (inputs) => {
      const keys = noiseKeys(names, seed, 'training', step);
      const run = program.run(tensors, [{ inputs, keys }]);
      // Made while a backend computes on another thread or device. After the very last step this noise is not used.
      const prepare = () => program.prepareNoise([noiseKeys(names, seed, 'training', step + 1)]);
      const result = await resultOf(run, (part) => failed({ result: part, inputs, keys }), prepare);
      return { carried: run.carried, result };
    });
  };

  const runInParts = async (
    { gradients, update, zeros }: PartPrograms,
    size: number,
    ...[tensors, minibatch, { step, scales }, failed]: Parameters<StepRunner['run']>
  ): ReturnType<StepRunner['run']> => {
    const { rows } = minibatch;
    const updating = await update.of(undefined);
    let sums = zeros();
    const total = { loss: 0, dataTerm: 0, kl: 0 };
    const replaceSums = (next: Tensors) => {
      if (sums !== zeros()) free(sums);
      sums = next;
    };
    try {
      for (let row = 0; row < rows; row += size) {
        const count = Math.min(size, rows - row);
        const program = await gradients.of(count);
        const scalars = { datapointScale: 1 / rows, klScale: row === 0 ? scales.klScale : 0 };
        await withInputs(minibatch, [row, count], scalars, async (inputs) => {
          const keys = noiseKeys(names, seed, 'training', step, row);
          const run = program.run({ ...tensors, ...sums }, [{ inputs, keys }]);
          const result = await resultOf(run, (part) => failed({ result: part, inputs, keys }));
          replaceSums(run.carried);
          total.loss += result.loss;
          total.dataTerm += result.dataTerm;
          total.kl = result.kl;
        });
      }
      const scalars = optimizer.scalars(step + 1, scales.learningRateFactor);
      const inputs: Record<string, Tensor> = {};
      try {
        for (const [name, value] of Object.entries(scalars)) inputs[name] = backend.upload(Float32Array.of(value), []);
        return { carried: updating.run({ ...tensors, ...sums }, [{ inputs }]).carried, result: total };
      } finally {
        free(inputs);
      }
    } finally {
      replaceSums(zeros());
    }
  };

  return {
    run: (tensors, minibatch, at, failed) =>
      inParts === undefined || microBatch === undefined || minibatch.rows <= microBatch
        ? runWhole(tensors, minibatch, at, failed)
        : runInParts(inParts, microBatch, tensors, minibatch, at, failed),
    dispose() {
      whole.dispose();
      inParts?.dispose();
    },
  };
}

/** One compiled program for each size of minibatch: the usual one, and the last one of an epoch. */
interface Programs {
  readonly source: Program;
  /** `rows` is undefined for a program without a batch axis. */
  of(rows: number | undefined): Promise<CompiledProgram>;
  dispose(): void;
}

function createPrograms(backend: Backend, source: Program): Programs {
  const compiled = new Map<number | undefined, CompiledProgram>();
  return {
    source,
    async of(rows) {
      const options = rows === undefined ? {} : { batch: rows };
      const program = compiled.get(rows) ?? (await compileProgram(backend, source, options));
      compiled.set(rows, program);
      return program;
    },
    dispose() {
      for (const program of compiled.values()) program.dispose();
      compiled.clear();
    },
  };
}

/** The two halves of a step, and gradients of 0, from which sums begin. */
interface PartPrograms {
  readonly gradients: Programs;
  readonly update: Programs;
  zeros(): Tensors;
  dispose(): void;
}

function createPartPrograms({ model, backend, likelihood, optimizer, trainable }: StepParts): PartPrograms {
  const { trained } = splitParameters(model, likelihood, trainable);
  const gradients = createPrograms(backend, gradientProgram(model, likelihood, trainable));
  const update = createPrograms(backend, updateProgram(model, likelihood, optimizer, trainable));
  let zeros: Tensors | undefined;
  return {
    gradients,
    update,
    zeros() {
      if (zeros) return zeros;
      const empty = trained.map(({ name, shape }) => {
        return [gradientName(name), { shape, data: new Float32Array(elementCount(shape)) }] as const;
      });
      zeros = uploadAll(backend, Object.fromEntries(empty));
      return zeros;
    },
    dispose() {
      gradients.dispose();
      update.dispose();
      disposeAll(backend, Object.values(zeros ?? {}));
    },
  };
}
