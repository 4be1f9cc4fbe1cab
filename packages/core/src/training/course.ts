import type { DataPosition } from './dataPosition.js';
import type { TrainingState } from './state.js';

/** What training began with: `anew` with no step behind it, `resumed` on the data of its state, or `otherData`. */
export type Start = 'anew' | 'resumed' | 'otherData';

/** Which rows each step takes. */
export interface Course {
  readonly start: Start;
  /** Where training is after `step` steps in all, from the state's on. */
  at(step: number): DataPosition;
}

/**
 * The course from a state through data in minibatches. On the data of the state it goes on with the row after the last, also
 * in minibatches of another size; on other data with the first epoch. A state that does not know its data, from a file of an
 * earlier version or a `Trainer`, counts as one of these data.
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
