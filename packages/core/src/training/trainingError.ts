import { VardropError } from '../errors.js';
import type { EpochRecord } from './epochRecord.js';
import type { TrainingState } from './state.js';

/**
 * A training that could not go on, with the last good state and the epochs before. `code` and `message` are those of what
 * ended it, `cause` is what was thrown.
 */
export class TrainingError extends VardropError {
  readonly state: TrainingState;
  readonly history: readonly EpochRecord[];

  constructor(cause: unknown, state: TrainingState, history: readonly EpochRecord[]) {
    const told = cause instanceof VardropError ? cause : undefined;
    super(
      told?.code ?? 'VARDROP_TRAINING',
      told?.message ??
        `[fit] training: got ${cause instanceof Error ? `${cause.name} "${cause.message}"` : String(cause)} after step ${state.step}, needs a backend that computes. Go on from the state that this error holds.`,
      { cause: told?.code === 'VARDROP_CALLBACK' ? told.cause : cause },
    );
    this.name = 'TrainingError';
    this.state = state;
    this.history = history;
  }
}
