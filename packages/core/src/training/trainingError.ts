import { VardropError } from '../errors.js';
import type { EpochRecord } from './epochRecord.js';
import type { TrainingState } from './state.js';

/**
 * Training failed. Holds the last good state and the records of the epochs before. `cause` is the error that ended training;
 * `code` and `message` are those of `cause`.
 */
export class TrainingError extends VardropError {
  readonly state: TrainingState;
  readonly history: readonly EpochRecord[];

  constructor(cause: unknown, state: TrainingState, history: readonly EpochRecord[]) {
    const told = cause instanceof VardropError ? cause : undefined;
    super(
      told?.code ?? 'VARDROP_TRAINING',
      told?.message ??
        `[fit] training: got ${cause instanceof Error ? `${cause.name} "${cause.message}"` : String(cause)} after step ${state.step}, needs a backend that works. Resume from the state in this error.`,
      { cause: told?.code === 'VARDROP_CALLBACK' ? told.cause : cause },
    );
    this.name = 'TrainingError';
    this.state = state;
    this.history = history;
  }
}
