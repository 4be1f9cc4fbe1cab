import type { Backend } from '@vardrop/core';
import type { Experiment, Json, TrialContext } from '../src/index.js';
import { checkAccepts } from './checkAccepts.js';

/** A context whose files are kept in memory. */
export function memoryContext(
  backend: Backend,
  signal: AbortSignal = new AbortController().signal,
): TrialContext & { readonly files: Map<string, Uint8Array>; readonly shares: number[] } {
  const files = new Map<string, Uint8Array>();
  const shares: number[] = [];
  return {
    backend,
    signal,
    files,
    shares,
    progress: (share) => shares.push(share),
    save: async (name, bytes) => {
      files.set(name, bytes);
    },
    load: async (name) => files.get(name),
  };
}

/** Runs all trials; results as a file would keep them. */
export async function runAll(experiment: Experiment, context: TrialContext): Promise<Map<string, Json>> {
  const results = new Map<string, Json>();
  for (const trial of experiment.trials) {
    const result = await trial.run(context);
    checkAccepts(trial, result);
    results.set(trial.key, JSON.parse(JSON.stringify(result)) as Json);
  }
  return results;
}
