import { VardropError } from '../errors.js';
import { firstNonFinite } from '../firstNonFinite.js';
import type { Course } from './course.js';
import type { TrainingState } from './state.js';
import type { Trainer } from './trainer.js';

/** The states of a training, read so that none that is not finite leaves it. */
export interface States {
  /** The current state, or an error if it is not finite. No loss has shown the effect of the last update yet. */
  finite(): Promise<TrainingState>;
  /** The current state, or the state before it if the current one is not finite. */
  lastGood(): Promise<TrainingState>;
  /** Undoes the last step and returns the error to throw. */
  diverged(what: string, cause?: unknown): Promise<VardropError>;
  /** Throws the error of a step that was undone, if there was one. */
  check(): void;
}

/** The states of `trainer`, which started at the step `first`. The state there is given, and not checked. */
export function createStates(trainer: Trainer, course: Course, first: number): States {
  let divergence: VardropError | undefined;

  async function current(): Promise<TrainingState> {
    const state = await trainer.state();
    return { ...state, position: course.at(state.step) };
  }

  async function diverged(what: string, cause?: unknown): Promise<VardropError> {
    const failed = trainer.step;
    await trainer.retreat();
    divergence = new VardropError(
      'VARDROP_NON_FINITE_LOSS',
      `[fit] training: got numbers that are not finite from step ${failed}: ${what}. The state of step ${trainer.step} is kept; lower the learning rate, or scale the inputs.`,
      { cause },
    );
    return divergence;
  }

  return {
    diverged,
    async finite() {
      const state = await current();
      const bad = nonFiniteParameter(state);
      if (bad !== undefined && state.step > first) throw await diverged(`the parameters ${bad} are not finite`);
      return state;
    },
    async lastGood() {
      const state = await current();
      if (nonFiniteParameter(state) === undefined || state.step === first) return state;
      await trainer.retreat();
      return current();
    },
    check() {
      if (divergence) throw divergence;
    },
  };
}

/** The first parameter, or carried value, of a state that is not finite. */
function nonFiniteParameter({ parameters, carried }: TrainingState): string | undefined {
  return Object.entries({ ...parameters, ...carried }).find(([, { data }]) => firstNonFinite(data) !== -1)?.[0];
}
