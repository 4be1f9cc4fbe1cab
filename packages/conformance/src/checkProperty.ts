import fc from 'fast-check';
import type { LawContext } from './law.js';
import { effortFactor } from './law.js';
import { TimeoutError, withTimeout } from './timeout.js';

/** Whether to skip a property: another one is replayed, or `bail` is set and a failure has occurred. */
function leftOut({ bail, ledger, replay }: LawContext, property: string): boolean {
  return (replay !== undefined && replay.property !== property) || (bail && ledger.failures().length > 0);
}

/**
 * Tries a property on generated cases and records the outcome in the context's ledger. A failing case is shrunk to the
 * smallest one that still fails. `check` rejects if the property does not hold, and calls `fc.pre(false)` for a case
 * that says nothing about it. Rejects with a `TimeoutError` after a case that did not end.
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
      // A backend that hangs gets no smaller cases.
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

/** Tries a property with only one case. Rejects with a `TimeoutError` if it did not end. */
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
