import fc from 'fast-check';
import type { LawContext } from './law.js';
import { effortFactor } from './law.js';

/**
 * Tries a property on generated cases and writes the outcome into the context's ledger; a failing case is shrunk to
 * the smallest that fails too. `check` rejects where the property does not hold, and calls `fc.pre(false)` for a case
 * that says nothing.
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
  const { ledger, replay, seed } = context;
  if (replay && replay.property !== property) return;
  const details = await fc.check(fc.asyncProperty(arbitrary, check), {
    seed,
    numRuns: quickRuns * effortFactor[context.effort],
    maxSkipsPerRun: 20,
    ...(replay?.path === undefined ? {} : { path: replay.path }),
  });
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
}

/** Tries something that has one case only. */
export async function checkOnce(context: LawContext, property: string, check: () => Promise<void>): Promise<void> {
  const { ledger, replay, seed } = context;
  if (replay && replay.property !== property) return;
  try {
    await check();
    ledger.passed();
  } catch (error) {
    ledger.failed({ property, seed, message: error instanceof Error ? error.message : `${error}` });
  }
}
