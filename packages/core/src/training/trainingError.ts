import { VardropError } from '../errors.js';
import type { EpochRecord } from './fit.js';
import type { TrainingState } from './state.js';

/** A training that could not go on, with the last good state and what came before. */
export class TrainingError extends VardropError {
  readonly state: TrainingState;
  readonly history: readonly EpochRecord[];

  constructor(cause: VardropError, state: TrainingState, history: readonly EpochRecord[]) {
    super(cause.code, cause.message, { cause });
    this.name = 'TrainingError';
    this.state = state;
    this.history = history;
  }
}
