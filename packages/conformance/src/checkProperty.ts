import fc from 'fast-check';
import type { LawContext } from './law.js';
import { effortFactor } from './law.js';
import { TimeoutError, withTimeout } from './timeout.js';

/** Whether a property is to be left out: another one is replayed, or a failure is enough and there is one. */
function leftOut({ bail, ledger, replay }: LawContext, property: string): boolean {
  return (replay !== undefined && replay.property !== property) || (bail && ledger.failures().length > 0);
}

/**
 * Tries a property on generated cases and writes the outcome into the context's ledger; a failing case is shrunk to
 * the smallest that fails too. `check` rejects where the property does not hold, and calls `fc.pre(false)` for a case
 * that says nothing. Rejects with a `TimeoutError` after a case that did not end.
 *
 * @param quickRuns cases at effort `quick`
 */
export async function checkProperty<T>(
  context: LawContext,
  property: string,
  arbitrary: fc.Arbitrary<T>,
  quickRuns: number,
  check: (value: T) => Promise<void>,
): Promise<void> {
  if (leftOut(context, property)) return;
  const { bail, caseTimeout, ledger, replay, seed } = context;
  let late: TimeoutError | undefined;
  const details = await fc.check(
    fc.asyncProperty(arbitrary, async (value) => {
      // A backend that hangs is not asked for smaller cases.
      fc.pre(late === undefined);
      context.progress(property);
      try {
        await withTimeout(`a case of ${property}`, caseTimeout, () => check(value));
      } catch (error) {
        if (error instanceof TimeoutError) late = error;
        throw error;
      }
    }),
    {
      seed,
      numRuns: quickRuns * effortFactor[context.effort],
      maxSkipsPerRun: 20,
      endOnFailure: bail,
      ...(replay?.path === undefined ? {} : { path: replay.path }),
    },
  );
  ledger.skipped(details.numSkips);
  if (!details.failed) {
    ledger.passed(details.numRuns);
    return;
  }
  ledger.passed(Math.max(details.numRuns - 1, 0));
  const error = details.errorInstance;
  ledger.failed({
    property,
    seed,
    path: details.counterexamplePath ?? undefined,
    message:
      error instanceof Error
        ? error.message
        : `${details.numSkips} cases in a row said nothing, so that the property was not tried`,
  });
  if (late) throw late;
}

/** Tries something that has one case only. Rejects with a `TimeoutError` if it did not end. */
export async function checkOnce(context: LawContext, property: string, check: () => Promise<void>): Promise<void> {
  if (leftOut(context, property)) return;
  const { ledger, seed } = context;
  context.progress(property);
  try {
    await withTimeout(property, context.caseTimeout, check);
    ledger.passed();
  } catch (error) {
    ledger.failed({ property, seed, message: error instanceof Error ? error.message : `${error}` });
    if (error instanceof TimeoutError) throw error;
  }
}
