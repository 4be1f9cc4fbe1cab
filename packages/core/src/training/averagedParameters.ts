import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { averageName } from '../optimizers/averageName.js';
import type { TensorMap } from '../tensorData.js';
import type { TrainingState } from './state.js';

/** Whether a state has averages of its parameters. */
export function hasAverages({ parameters, optimizer, step }: TrainingState): boolean {
  return step > 0 && Object.keys(parameters).some((name) => Object.hasOwn(optimizer.slots, averageName(name)));
}

/**
 * The parameters that `movingAverage` has averaged, and what the model carries, for predictions, pruning and export. Parameters
 * that were not trained are as they are. The tensors are those of the state. Running statistics are not averaged: they are those of the
 * parameters at the time. Throws `VARDROP_STATE` for a state without averages, or before its first step.
 */
export function averagedParameters<Data extends ArrayLike<number>>(state: TrainingState<Data>): TensorMap<Data> {
  const { parameters, carried, optimizer, step } = state ?? {};
  const names = Object.keys(parameters ?? {});
  const slots = optimizer?.slots ?? {};
  if (!names.some((name) => Object.hasOwn(slots, averageName(name))) || step === 0) {
    const got = step === 0 ? 'a state before its first step' : `one of ${formatValue(optimizer?.name)}`;
    throw new VardropError(
      'VARDROP_STATE',
      `[averagedParameters] state: got ${got}, which has no averages, needs one that was trained with them. Write fit(model, { optimizer: chain(adam(), movingAverage()) }).`,
    );
  }
  const averaged = names.map((name) => [name, slots[averageName(name)] ?? parameters[name]] as const);
  return { ...Object.fromEntries(averaged), ...carried };
}
