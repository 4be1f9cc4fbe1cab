import { type FitOptions, type FitResult, fit, type Model, type TrainingState } from '@vardrop/core';
import type { TrialContext } from '../experiment.js';

/** The result of a complete training. */
export interface Training {
  readonly state: TrainingState;
  /** Mean of −log p over the last epoch's datapoints, under noise, in nats. */
  readonly dataTerm: number;
}

/**
 * Trains for all its epochs, with the trial's backend and signal. It uses no other data than the training data. `progress` is
 * given the completed share. Throws the signal's reason when that aborts, and what `fit` throws.
 */
export async function trainToEnd(
  model: Model,
  context: Pick<TrialContext, 'backend' | 'signal'>,
  options: Omit<FitOptions, 'backend' | 'signal' | 'onStep' | 'validation' | 'earlyStopping'> & { epochs: number },
  progress: (share: number) => void,
): Promise<Training> {
  const { backend, signal } = context;
  signal.throwIfAborted();
  const result: FitResult = await fit(model, {
    ...options,
    backend,
    signal,
    onStep: ({ epoch, step, stepsPerEpoch }) => progress((epoch + step / stepsPerEpoch) / options.epochs),
  });
  if (result.stopped === 'aborted') throw signal.reason;
  return { state: result.state, dataTerm: result.history[result.history.length - 1].dataTerm };
}
