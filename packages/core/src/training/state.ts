import { allParameters } from '../allParameters.js';
import { checkFunction } from '../checkFunction.js';
import { VardropError } from '../errors.js';
import { firstNonFinite } from '../firstNonFinite.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import type { Initializer, ParameterSpecification } from '../noise/noiseModel.js';
import { checkOptimizer } from '../optimizers/checkOptimizer.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { elementCount } from '../program/shapes.js';
import { foldIn } from '../random/foldIn.js';
import type { Key } from '../random/key.js';
import { normal } from '../random/normal.js';
import { orthogonal } from '../random/orthogonal.js';
import { uniform } from '../random/uniform.js';
import { readTensors } from '../readTensors.js';
import { stream } from '../streams.js';
import type { TensorMap } from '../tensorData.js';
import type { DataPosition } from './dataPosition.js';
import { splitParameters, type Trainable } from './trainable.js';

/** Everything needed to resume training; the contents of a checkpoint. */
export interface TrainingState<Data extends ArrayLike<number> = Float32Array<ArrayBuffer>> {
  /** Values of all parameters, such as `dense1/weights`, `likelihood/logVariance`. */
  readonly parameters: TensorMap<Data>;
  /**
   * What training carries beside parameters, such as running statistics (`batchNorm1/mean`). Predictions need it: pass
   * `{ ...state.parameters, ...state.carried }`. Absent for models that carry nothing.
   */
  readonly carried?: TensorMap<Data>;
  /** The optimizer's name, and the tensors it carries, such as `firstMoment:dense1/weights`. */
  readonly optimizer: { readonly name: string; readonly slots: TensorMap<Data> };
  /** Steps taken. */
  readonly step: number;
  readonly seed: number;
  /** The position in its data. Without it `fit` takes the state for one of the given data. */
  readonly position?: DataPosition;
}

/**
 * The state before the first step: parameters initialized from the seed's stream, slots 0. Parameters that are not `trainable`
 * (default: all are) have no slots.
 */
export function initialState(model: Model, optimizer: Optimizer, seed: number, trainable?: Trainable): TrainingState {
  checkOptimizer('[initialState] optimizer', optimizer);
  checkFunction('[initialState] trainable', trainable);
  const root = stream(seed, 'initialize');
  const specifications = allParameters(model);
  const initial = (list: readonly ParameterSpecification[], first: number): TensorMap =>
    Object.fromEntries(
      list.map(({ name, shape, initialize }, index) => [
        name,
        { shape, data: initialValues(initialize, shape, foldIn(root, first + index)) },
      ]),
    );
  const slots = optimizer
    .slots(splitParameters(model, trainable).trained)
    .map(({ name, shape }) => [name, { shape, data: new Float32Array(elementCount(shape)) }]);
  return {
    parameters: initial(specifications, 0),
    ...(model.carried.length > 0 && { carried: initial(model.carried, specifications.length) }),
    optimizer: { name: optimizer.name, slots: Object.fromEntries(slots) },
    step: 0,
    seed,
  };
}

function initialValues(initializer: Initializer, shape: readonly number[], key: Key): Float32Array<ArrayBuffer> {
  const count = elementCount(shape);
  switch (initializer.kind) {
    case 'constant':
      return new Float32Array(count).fill(initializer.value);
    case 'normal':
      return normal(key, count).map((value) => value * initializer.deviation);
    case 'uniform':
      return uniform(key, count).map((value) => (2 * value - 1) * initializer.limit);
    case 'runs': {
      const length = count / initializer.values.length;
      return Float32Array.from({ length: count }, (_, i) => initializer.values[Math.floor(i / length)]);
    }
    case 'orthogonal': {
      const columns = shape[shape.length - 1];
      return orthogonal(key, count / columns, columns);
    }
  }
}

/**
 * A state from the caller, with its tensors as float32. Throws `VARDROP_STATE` unless it has a step, a seed and exactly the
 * tensors that the model, its likelihood and the optimizer need, with finite numbers; and what `readTensors` throws. Slots of
 * parameters that are no longer `trainable` are left out.
 */
export function readState(
  model: Model,
  optimizer: Optimizer,
  state: TrainingState<ArrayLike<number>>,
  trainable?: Trainable,
): TrainingState {
  if (typeof state?.optimizer !== 'object' || state.optimizer === null) {
    throw new VardropError(
      'VARDROP_STATE',
      `[fit] state: got ${formatValue(state)}, needs { parameters, optimizer, step, seed }. Pass the \`state\` that fit or loadCheckpoint returned.`,
    );
  }
  for (const name of ['step', 'seed'] as const) {
    if (!Number.isSafeInteger(state[name]) || state[name] < 0) {
      throw new VardropError(
        'VARDROP_STATE',
        `[state] ${name}: got ${formatValue(state[name])}, needs a non-negative integer. Use a state that fit returned.`,
      );
    }
  }
  if (state.position !== undefined) checkPosition(state.position);
  const specifications = allParameters(model);
  const parameters = readExactly('[state] parameters', specifications, state.parameters);
  if (state.optimizer.name !== optimizer.name) {
    throw new VardropError(
      'VARDROP_STATE',
      `[fit] state: got the optimizer ${formatValue(state.optimizer.name)}, needs '${optimizer.name}'. Resume with the optimizer that the state was trained with.`,
    );
  }
  const { trained, fixed } = splitParameters(model, trainable);
  const unused = new Set(optimizer.slots(fixed).map(({ name }) => name));
  const used = Object.entries({ ...state.optimizer.slots }).filter(([name]) => !unused.has(name));
  const given = unused.size === 0 ? state.optimizer.slots : Object.fromEntries(used);
  const slots = readExactly('[state] optimizer', optimizer.slots(trained), given);
  const carried = readExactly('[state] carried', model.carried, state.carried ?? {});
  return {
    parameters,
    ...(Object.keys(carried).length > 0 && { carried }),
    optimizer: { name: optimizer.name, slots },
    step: state.step,
    seed: state.seed,
    ...(state.position && { position: state.position }),
  };
}

/** Throws `VARDROP_STATE` unless `position` is a position in data. */
export function checkPosition(position: DataPosition): void {
  const { epoch, row, rows, digest } = position ?? {};
  const counts = [epoch, row, rows].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (counts && row < rows && typeof digest === 'string') return;
  throw new VardropError(
    'VARDROP_STATE',
    `[state] position: got ${formatValue(position)}, needs { epoch, row, rows, digest }, with row < rows. Use a state that fit returned.`,
  );
}

function readExactly(
  what: string,
  needed: readonly { name: string; shape: readonly number[] }[],
  given: TensorMap<ArrayLike<number>>,
): TensorMap {
  const read = readTensors(what, needed, given, { remedy: 'Use the model that the state was trained with.' });
  for (const [name, { data }] of Object.entries(read)) {
    const bad = firstNonFinite(data);
    if (bad === -1) continue;
    throw new VardropError(
      'VARDROP_STATE',
      `${what} '${name}': got ${data[bad]} at ${bad}, needs finite numbers. Resume from an intact checkpoint that was saved before training failed.`,
    );
  }
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(read, name));
  if (unknown.length > 0) {
    throw new VardropError(
      'VARDROP_STATE',
      `${what}: got '${unknown[0]}', needs only tensors of this model. Use the model that the state was trained with.`,
    );
  }
  return read;
}
