import type { ComparedRun } from './trainingReport.js';

/** A run of a comparison with a name that no other run of it has. */
export interface NamedRun extends ComparedRun {
  readonly name: string;
}

/** @returns the runs, named by label or noise model; repeated names are numbered. */
export function nameRuns(runs: readonly ComparedRun[]): readonly NamedRun[] {
  const used = new Set<string>();
  return runs.map((run) => {
    const base = run.label ?? run.noise;
    let name = base;
    for (let number = 2; used.has(name); number++) name = `${base} (${number})`;
    used.add(name);
    return { ...run, name };
  });
}
