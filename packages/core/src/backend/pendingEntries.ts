import type { RunEntries } from './createExecutableOf.js';
import type { ProgramInterface } from './programInterface.js';

/**
 * Entries for the results of a run that ends later. When the run has ended, `own` is called once for each entry with
 * its value. If the run fails, each entry rejects with the reason.
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
        // `read` reports a failure. A handle that nobody reads must not cause an unhandled rejection.
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
