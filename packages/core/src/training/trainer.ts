import { checkBackend } from '../backend/checkBackend.js';
import type { Backend, Tensors } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { createSerialUses } from '../backend/serialUses.js';
import { checkFunction } from '../checkFunction.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { copyFloat32 } from '../copyFloat32.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { headsOf, inModel } from '../likelihoods/heads.js';
import { namedArrays } from '../namedArrays.js';
import { averageName } from '../optimizers/averageName.js';
import { checkOptimizer } from '../optimizers/checkOptimizer.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { TensorMap } from '../tensorData.js';
import { checkMicroBatch } from './checkMicroBatch.js';
import { checkMinibatch } from './checkMinibatches.js';
import { createStepRunner } from './createStepRunner.js';
import { locateNonFinite } from './locateNonFinite.js';
import type { Minibatch } from './minibatch.js';
import { readState, type TrainingState } from './state.js';
import type { StepResult, StepScales } from './step.js';
import type { FailedPart } from './stepRunner.js';
import { splitParameters, type Trainable } from './trainable.js';
import { uploadAll } from './uploadAll.js';

/**
 * Training one step at a time, with parameters and optimizer state kept on the backend. Calls of `run`, `retreat` and `state`
 * run one after the other, in order, even if earlier ones failed, so they need not be awaited. After `dispose` they reject with
 * `VARDROP_DISPOSED`.
 */
export interface Trainer {
  /** Completed steps, including those before a checkpoint. */
  readonly step: number;
  /** The current parameters and carried state on the backend. The trainer owns them; they are valid until the next step. */
  readonly parameters: Tensors;
  /**
   * The same with averages in place of parameters, where the optimizer has a `movingAverage` and has taken a step: what
   * validation reads.
   */
  readonly averaged: Tensors;
  /**
   * One step on a minibatch. Its arrays are copied, rounded to float32, before this returns. Rejects with `VARDROP_TYPE` for
   * anything but arrays of numbers by name, `VARDROP_INPUT` for names that the model does not have and for arrays that do not
   * fill their rows, `VARDROP_BATCH` for fewer rows than a layer needs, `VARDROP_OPTION` for scales that are not finite numbers, and `VARDROP_NON_FINITE_LOSS`, naming step and layer, if the loss is not finite. The trainer then holds the
   * last state whose loss was finite.
   */
  run(minibatch: Minibatch<ArrayLike<number>>, scales: StepScales): Promise<StepResult>;
  /**
   * Goes back to the state before the last step, whose loss was finite. Use it if the last update turns out to be bad before a
   * loss shows it. Has no effect before the first step, or when called twice in a row.
   */
  retreat(): Promise<void>;
  /** Reads the state after all earlier calls. The arrays belong to the caller. */
  state(): Promise<TrainingState>;
  /**
   * Frees everything on the backend, after the call in progress if there is one. Waiting calls are refused. A second call has
   * no effect.
   */
  dispose(): void;
}

/**
 * Starts training from a state. Throws `VARDROP_STATE` for a state of another model or optimizer, `VARDROP_MODEL` without a
 * model, `VARDROP_OPTION` for invalid or unknown options, `VARDROP_BATCH` for a `microBatch` that the model does not permit.
 */
export function createTrainer(
  model: Model,
  options: {
    readonly backend: Backend;
    readonly optimizer: Optimizer;
    /** Which parameters are trained. The others have no slots. Default: all. */
    readonly trainable?: Trainable;
    /** See `TrainOptions.microBatch`. */
    readonly microBatch?: number;
    /** The data of its tensors may be any arrays of numbers. They are rounded to float32. */
    readonly state: TrainingState<ArrayLike<number>>;
  },
): Trainer {
  checkObject('VARDROP_MODEL', '[createTrainer] model', model, 'apply', 'sequential()');
  const known = { backend: true, optimizer: true, trainable: true, microBatch: true, state: true } as const;
  checkOptionNames('createTrainer', options, known, inModel);
  const { backend, optimizer, trainable, microBatch } = options;
  checkBackend('createTrainer', backend);
  headsOf('createTrainer', model);
  checkOptimizer('[createTrainer] optimizer', optimizer);
  checkFunction('[createTrainer] trainable', trainable);
  if (microBatch !== undefined) checkMicroBatch('createTrainer', model, microBatch);
  const initial = readState(model, optimizer, options.state, trainable);
  const runner = createStepRunner({ model, backend, optimizer, trainable, seed: initial.seed, microBatch });
  const free = (tensors: Tensors) => disposeAll(backend, Object.values(tensors));

  let step = initial.step;
  const uploaded = uploadAll(backend, { ...initial.parameters, ...initial.carried, ...initial.optimizer.slots });
  const { fixed } = splitParameters(model, trainable);
  const unchanged: Tensors = Object.fromEntries(fixed.map(({ name }) => [name, uploaded[name]]));
  let current: Tensors = Object.fromEntries(
    Object.entries(uploaded).filter(([name]) => !Object.hasOwn(unchanged, name)),
  );
  const all = (): Tensors => ({ ...unchanged, ...current });
  // The loss is that of the parameters before the update, so a bad update shows one step later.
  let previous: Tensors | undefined;

  async function run(minibatch: Minibatch, scales: StepScales): Promise<StepResult> {
    const { carried, result } = await runner.run(all(), minibatch, { step, scales }, nonFinite);
    if (previous) free(previous);
    previous = current;
    current = carried;
    step++;
    return result;
  }

  function retreat(): void {
    if (!previous) return;
    free(current);
    current = previous;
    previous = undefined;
    step--;
  }

  /** Finds the cause, and goes back to the last state whose loss was finite. */
  async function nonFinite({ result, inputs, keys }: FailedPart): Promise<VardropError> {
    const where = await locateNonFinite(model, { backend, parameters: all(), inputs, keys });
    const failed = step + 1;
    retreat();
    return new VardropError(
      'VARDROP_NON_FINITE_LOSS',
      `[fit] loss: got ${result.loss} (data term ${result.dataTerm}, KL ${result.kl}) in step ${failed}, first in ${where}, needs a finite number. The state of step ${step} is kept; lower the learning rate, or scale the inputs.`,
    );
  }

  async function state(): Promise<TrainingState> {
    return {
      parameters: await readAll(backend, initial.parameters, all()),
      ...(initial.carried && { carried: await readAll(backend, initial.carried, current) }),
      optimizer: { name: optimizer.name, slots: await readAll(backend, initial.optimizer.slots, current) },
      step,
      seed: initial.seed,
    };
  }

  const uses = createSerialUses({ name: 'trainer', remedy: 'Create a new trainer' }, () => {
    free(all());
    if (previous) free(previous);
    runner.dispose();
  });

  return {
    get step() {
      return step;
    },
    get parameters() {
      const [names, tensors] = [Object.keys({ ...initial.parameters, ...initial.carried }), all()];
      return Object.fromEntries(names.map((name) => [name, tensors[name]]));
    },
    get averaged() {
      const [names, tensors] = [Object.keys({ ...initial.parameters, ...initial.carried }), all()];
      return Object.fromEntries(names.map((name) => [name, (step > 0 && tensors[averageName(name)]) || tensors[name]]));
    },
    async run(minibatch, scales) {
      const copy = copyMinibatch(model, minibatch);
      checkMinibatch('trainer', model, copy.rows, 'Give it more rows.');
      checkScales(scales);
      return uses.add(() => run(copy, scales));
    },
    retreat: () => uses.add(async () => retreat()),
    state: () => uses.add(state),
    dispose: () => uses.dispose(),
  };
}

/** A minibatch of its own, as float32. Throws what `Trainer.run` documents for arrays and names. */
function copyMinibatch(model: Model, minibatch: Minibatch<ArrayLike<number>>): Minibatch {
  const known = { rows: true, inputs: true, targets: true, weights: true } as const;
  const elsewhere = { x: 'Write inputs: { x }.', y: 'Write targets: { output }.' };
  checkOptionNames('trainer: minibatch', minibatch, known, elsewhere);
  const { rows, inputs, targets, weights } = minibatch;
  const copy = (what: string, given: unknown, of: string, all: readonly { readonly name: string }[]) => {
    const names = all.map(({ name }) => name);
    const arrays = namedArrays(`[trainer] ${what}`, given, names, of);
    return Object.fromEntries(names.map((name, i) => [name, copyFloat32(`[trainer] ${what}.${name}`, arrays[i])]));
  };
  return {
    rows,
    inputs: copy('minibatch.inputs', inputs, 'inputs', model.inputs),
    targets: copy('minibatch.targets', targets, 'outputs', model.outputs),
    ...(weights !== undefined && { weights: copyFloat32('[trainer] minibatch.weights', weights) }),
  };
}

/** Throws `VARDROP_OPTION` for scales that are not finite numbers, and for unknown scales. */
function checkScales(scales: StepScales): void {
  const elsewhere = { learningRate: 'Write learningRateFactor, a factor on the rate of the optimizer.' };
  checkOptionNames('trainer: scales', scales, { learningRateFactor: true, klScale: true }, elsewhere);
  for (const name of ['learningRateFactor', 'klScale'] as const) {
    if (Number.isFinite(scales[name])) continue;
    throw new VardropError(
      'VARDROP_OPTION',
      `[trainer] ${name}: got ${formatValue(scales[name])}, needs a finite number.`,
    );
  }
}

/** Reads the tensors that have an entry in `map`, of the shapes there. */
async function readAll(backend: Backend, map: TensorMap, tensors: Tensors): Promise<TensorMap> {
  const entries = Object.entries(map).map(async ([name, { shape }]) => {
    return [name, { shape, data: await backend.read(tensors[name]) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
