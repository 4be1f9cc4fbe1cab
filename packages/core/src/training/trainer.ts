import { checkBackend } from '../backend/checkBackend.js';
import { type CompiledProgram, compileProgram } from '../backend/compileProgram.js';
import type { Backend, Tensor, Tensors } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { createSerialUses } from '../backend/serialUses.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { copyFloat32 } from '../copyFloat32.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/sequential.js';
import type { Likelihood } from '../likelihood.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { keyNames, noiseKeys } from '../streams.js';
import type { TensorMap } from '../tensorData.js';
import type { Minibatch } from './data.js';
import { locateNonFinite } from './locateNonFinite.js';
import { readState, type TrainingState } from './state.js';
import { trainingProgram } from './trainingProgram.js';

/** What one step reports, in nats: `loss = dataTerm + klScale · kl`, those two per datapoint, `kl` the whole; see `sgvb`. */
export interface StepResult {
  readonly loss: number;
  readonly dataTerm: number;
  readonly kl: number;
}

/** The numbers that change from step to step. */
export interface StepScales {
  /** After the schedule. */
  readonly learningRate: number;
  /** β/N. */
  readonly klScale: number;
}

/**
 * Training one step at a time, with parameters and optimizer state kept on the backend. `run`, `retreat` and `state` are
 * carried out one after the other in the order of their calls, whether those before failed or not, so that none need be
 * waited for; after `dispose` they reject with `VARDROP_DISPOSED`.
 */
export interface Trainer {
  /** Steps taken, those before a checkpoint included, those called for but not yet done left out. */
  readonly step: number;
  /** The current parameters on the backend; they belong to the trainer and live until the next step. */
  readonly parameters: Tensors;
  /**
   * One step on a minibatch, whose arrays are copied before this returns, rounded to float32. Rejects with `VARDROP_TYPE` for
   * anything but arrays of numbers, `VARDROP_INPUT` where they do not fill their rows, `VARDROP_OPTION` for scales that are no
   * finite numbers, and with `VARDROP_NON_FINITE_LOSS`, naming step and layer, if the loss is not finite; the trainer then
   * holds the last state whose loss was finite.
   */
  run(minibatch: Minibatch<ArrayLike<number>>, scales: StepScales): Promise<StepResult>;
  /**
   * Goes back to the state before the last step, whose loss was finite: what the last step made of it may turn out to
   * be no good before there is a loss that shows it. Has no effect before the first step, or a second time in a row.
   */
  retreat(): Promise<void>;
  /** Reads the state back, as the calls before this one leave it; the arrays belong to the caller. */
  state(): Promise<TrainingState>;
  /**
   * Frees everything on the backend, after the call in progress if there is one. Calls that wait are refused. A second
   * call has no effect.
   */
  dispose(): void;
}

/**
 * Starts training from a state. Throws `VARDROP_STATE` if it is not one of this model and optimizer, `VARDROP_MODEL` and
 * `VARDROP_OPTION` where something else stands for one of these, and for other options.
 */
export function createTrainer(
  model: Model,
  options: {
    readonly backend: Backend;
    readonly likelihood: Likelihood;
    readonly optimizer: Optimizer;
    /** Its tensors may be of any arrays of numbers; they are rounded to float32. */
    readonly state: TrainingState<ArrayLike<number>>;
  },
): Trainer {
  checkObject('VARDROP_MODEL', '[createTrainer] model', model, 'apply', 'sequential()');
  checkOptionNames('createTrainer', options, { backend: true, likelihood: true, optimizer: true, state: true });
  const { backend, likelihood, optimizer } = options;
  checkBackend('createTrainer', backend);
  checkObject('VARDROP_OPTION', '[createTrainer] likelihood', likelihood, 'negativeLogLikelihood', 'categorical()');
  checkObject('VARDROP_OPTION', '[createTrainer] optimizer', optimizer, 'update', 'adam()');
  const initial = readState(model, likelihood, optimizer, options.state);
  const source = trainingProgram(model, likelihood, optimizer);
  const names = keyNames(source);
  // One compiled program for each size of minibatch: the usual one, and the last one of an epoch.
  const programs = new Map<number, CompiledProgram>();
  const programFor = async (rows: number) => {
    const program = programs.get(rows) ?? (await compileProgram(backend, source, { batch: rows }));
    programs.set(rows, program);
    return program;
  };
  const free = (tensors: Tensors) => disposeAll(backend, Object.values(tensors));

  let step = initial.step;
  let current = uploadAll(backend, { ...initial.parameters, ...initial.optimizer.slots });
  // A loss tells of the parameters before the update, so that a bad update shows one step later.
  let previous: Tensors | undefined;

  async function run(minibatch: Minibatch, scales: StepScales): Promise<StepResult> {
    const program = await programFor(minibatch.rows);
    const keys = noiseKeys(names, initial.seed, 'training', step);
    const scalars = {
      datapointScale: 1 / minibatch.rows,
      klScale: scales.klScale,
      ...optimizer.scalars(step + 1, scales.learningRate),
    };
    const inputs: Record<string, Tensor> = {};
    try {
      inputs.x = backend.upload(minibatch.x, [minibatch.rows, ...model.inputShape]);
      inputs.y = backend.upload(minibatch.y, [minibatch.rows, ...model.outputShape]);
      for (const [name, value] of Object.entries(scalars)) inputs[name] = backend.upload(Float32Array.of(value), []);
      const { carried, outputs } = program.run(current, [{ inputs, keys }]);
      let result: StepResult;
      try {
        // While the backend computes, if it does so elsewhere. The last step of all makes noise that nobody needs.
        program.prepareNoise([noiseKeys(names, initial.seed, 'training', step + 1)]);
        const [loss, dataTerm, kl] = await Promise.all(
          ['loss', 'dataTerm', 'kl'].map(async (name) => (await backend.read(outputs[0][name]))[0]),
        );
        result = { loss, dataTerm, kl };
      } catch (error) {
        free(carried);
        throw error;
      } finally {
        free(outputs[0]);
      }
      if (!Number.isFinite(result.loss)) {
        free(carried);
        throw await nonFinite(result, inputs, keys);
      }
      if (previous) free(previous);
      previous = current;
      current = carried;
      step++;
      return result;
    } finally {
      free(inputs);
    }
  }

  function retreat(): void {
    if (!previous) return;
    free(current);
    current = previous;
    previous = undefined;
    step--;
  }

  /** Names the culprit, and goes back to the last state whose loss was finite. */
  async function nonFinite(result: StepResult, inputs: Tensors, keys: ReturnType<typeof noiseKeys>) {
    const where = await locateNonFinite(model, { backend, likelihood, parameters: current, inputs, keys });
    const failed = step + 1;
    retreat();
    return new VardropError(
      'VARDROP_NON_FINITE_LOSS',
      `[fit] loss: got ${result.loss} (data term ${result.dataTerm}, KL ${result.kl}) in step ${failed}, first in ${where}, needs a finite number. The state of step ${step} is kept; lower the learning rate, or scale the inputs.`,
    );
  }

  async function state(): Promise<TrainingState> {
    const read = async (map: TensorMap): Promise<TensorMap> => {
      const entries = Object.entries(map).map(async ([name, { shape }]) => {
        return [name, { shape, data: await backend.read(current[name]) }] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    };
    return {
      parameters: await read(initial.parameters),
      optimizer: { name: optimizer.name, slots: await read(initial.optimizer.slots) },
      step,
      seed: initial.seed,
    };
  }

  const uses = createSerialUses({ name: 'trainer', remedy: 'Create a new trainer' }, () => {
    free(current);
    if (previous) free(previous);
    for (const program of programs.values()) program.dispose();
    programs.clear();
  });

  return {
    get step() {
      return step;
    },
    get parameters() {
      return Object.fromEntries(Object.keys(initial.parameters).map((name) => [name, current[name]]));
    },
    async run(minibatch, scales) {
      checkOptionNames('trainer: minibatch', minibatch, { rows: true, x: true, y: true });
      const { rows, x, y } = minibatch;
      const copy = {
        rows,
        x: copyFloat32('[trainer] minibatch.x', x),
        y: copyFloat32('[trainer] minibatch.y', y),
      };
      checkScales(scales);
      return uses.add(() => run(copy, scales));
    },
    retreat: () => uses.add(async () => retreat()),
    state: () => uses.add(state),
    dispose: () => uses.dispose(),
  };
}

/** Throws `VARDROP_OPTION` for scales that are no numbers, which would become NaN, or numbers of which nobody knows. */
function checkScales(scales: StepScales): void {
  checkOptionNames('trainer: scales', scales, { learningRate: true, klScale: true });
  for (const name of ['learningRate', 'klScale'] as const) {
    if (Number.isFinite(scales[name])) continue;
    throw new VardropError(
      'VARDROP_OPTION',
      `[trainer] ${name}: got ${formatValue(scales[name])}, needs a finite number.`,
    );
  }
}

/** Uploads tensors by name, or none if one of them fails. */
function uploadAll(backend: Backend, tensors: TensorMap): Tensors {
  const uploaded: Record<string, Tensor> = {};
  try {
    for (const [name, { shape, data }] of Object.entries(tensors)) uploaded[name] = backend.upload(data, shape);
    return uploaded;
  } catch (error) {
    disposeAll(backend, Object.values(uploaded));
    throw error;
  }
}
