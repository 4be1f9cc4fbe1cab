import type { RunEntries } from './createExecutableOf.js';
import type { ProgramInterface } from './programInterface.js';

/**
 * Entries that stand for what a run will leave, for backends whose runs end later. `own` is called once for
 * each of them, when the run has ended, with what it stands for. If the run fails, each of them rejects with the reason.
 */
export function pendingEntries<Value>(
  { carriedInputs, freshOutputs }: ProgramInterface,
  iterations: number,
  finished: Promise<RunEntries<Value>>,
  own: (value: Value) => Value = (value) => value,
): RunEntries<Promise<Value>> {
  const entries = (names: readonly string[], of: (all: RunEntries<Value>) => ReadonlyMap<string, Value>) =>
    new Map(
      names.map((name) => {
        const pending = finished.then((all) => own(of(all).get(name) as Value));
        // A failure surfaces where a handle is read; one that nobody reads is no unhandled rejection.
        pending.catch(() => undefined);
        return [name, pending] as const;
      }),
    );
  return {
    carried: entries(
      carriedInputs.map(({ name }) => name),
      ({ carried }) => carried,
    ),
    outputs: Array.from({ length: iterations }, (_, i) => entries(freshOutputs, ({ outputs }) => outputs[i])),
  };
}
