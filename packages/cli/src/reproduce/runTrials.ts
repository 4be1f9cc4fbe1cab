import type { Backend } from '@vardrop/core';
import type { Experiment } from '@vardrop/experiments';
import type { ResultsFile } from './resultsFile.js';
import type { TrialProgress } from './trialProgress.js';

/** An experiment and its results so far. */
export interface OpenExperiment {
  readonly experiment: Experiment;
  readonly file: ResultsFile;
}

/**
 * Runs the trials whose results are missing, and keeps each result at once.
 *
 * @param createBackend called if there is anything to compute; the backend is closed at the end.
 * @returns whether all trials have been run; false if `signal` aborted before.
 */
export async function runTrials(
  open: readonly OpenExperiment[],
  around: {
    readonly createBackend: () => Promise<Backend>;
    readonly progress: TrialProgress;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { progress, signal } = around;
  const all = open.flatMap(({ experiment, file }) => experiment.trials.map((trial) => ({ experiment, file, trial })));
  const missing = all.filter(({ file, trial }) => !file.results.has(trial.key));
  if (missing.length === 0) return true;
  const cost = (entries: typeof all) => entries.reduce((sum, { trial }) => sum + trial.cost, 0);
  const backend = await around.createBackend();
  try {
    progress.start(cost(all), cost(all) - cost(missing));
    for (const { experiment, file, trial } of missing) {
      if (signal.aborted) return false;
      progress.trial(`${experiment.name}: ${trial.label}`, trial.cost);
      const result = await trial
        .run({
          backend,
          signal,
          progress: (share) => progress.share(Math.min(share, 0.999)),
          save: file.save,
          load: file.load,
        })
        .catch((error: unknown) => {
          if (error === signal.reason && signal.aborted) return undefined;
          throw error;
        });
      if (result === undefined) return false;
      await file.add(trial.key, result);
      progress.share(1);
    }
    return true;
  } finally {
    progress.stop();
    await backend.close();
  }
}
