import type { EpochRecord } from './epochRecord.js';
import type { TrainingState } from './state.js';
import type { EarlyStopping } from './trainOptions.js';

/** Ends training once validation has stopped improving, and keeps the best state. */
export interface Stopping {
  /** Whether to stop after the last epoch. */
  shouldStop(last: EpochRecord | undefined): Promise<boolean>;
  /** The best state so far; undefined without early stopping. */
  best(): TrainingState | undefined;
}

/** Early stopping by these options, or none. `read` reads the current state. */
export function createEarlyStopping(options: EarlyStopping | undefined, read: () => Promise<TrainingState>): Stopping {
  let best: { nll: number; epoch: number; state: TrainingState } | undefined;
  return {
    async shouldStop(last) {
      if (!options || !last?.validation) return false;
      if (best === undefined || last.validation.nll < best.nll - (options.minimumDelta ?? 0)) {
        best = { nll: last.validation.nll, epoch: last.epoch, state: await read() };
      }
      return last.epoch - best.epoch >= options.patience;
    },
    best: () => best?.state,
  };
}
