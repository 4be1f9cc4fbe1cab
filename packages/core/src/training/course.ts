import type { DataPosition } from './dataPosition.js';
import type { TrainingState } from './state.js';

/** How training started: `anew` without earlier steps, `resumed` on the data of its state, or `otherData`. */
export type Start = 'anew' | 'resumed' | 'otherData';

/** Tells which rows each step takes. */
export interface Course {
  readonly start: Start;
  /** The position after `step` steps in all, including those of the state. */
  at(step: number): DataPosition;
}

/**
 * The course of a training from a state. On the data of the state it continues with the next row, also with another minibatch
 * size. On other data it starts with the first epoch. A state without a position, from an earlier version or from a `Trainer`,
 * is taken for a state of the given data.
 */
export function createCourse(
  state: TrainingState,
  data: { readonly rows: number; readonly digest: string },
  batch: number,
): Course {
  const { rows, digest } = data;
  const { position, step: first } = state;
  const stepsPerEpoch = Math.ceil(rows / batch);
  const otherData = position !== undefined && (position.rows !== rows || position.digest !== digest);
  const counted = { epoch: Math.floor(first / stepsPerEpoch), row: (first % stepsPerEpoch) * batch };
  const begin = otherData ? { epoch: 0, row: 0 } : (position ?? counted);
  const left = Math.ceil((rows - begin.row) / batch);
  return {
    start: otherData ? 'otherData' : first === 0 ? 'anew' : 'resumed',
    at(step) {
      const taken = step - first;
      if (taken < left) return { epoch: begin.epoch, row: begin.row + taken * batch, rows, digest };
      const later = taken - left;
      const epoch = begin.epoch + 1 + Math.floor(later / stepsPerEpoch);
      return { epoch, row: (later % stepsPerEpoch) * batch, rows, digest };
    },
  };
}
