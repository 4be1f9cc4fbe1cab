import { VardropError } from '@vardrop/core';
import type { Law, LawResult } from './law.js';

/** A known failure of a backend. */
export interface ExpectedFailure {
  /** Id of the law. */
  readonly law: string;
  /** Name of the property, as failures print it. Default: any property of the law. */
  readonly property?: string;
  /** The address of the issue about it. */
  readonly issue: string;
}

/**
 * Removes the expected failures from a law's result and counts them as skipped. An expected failure that did not occur
 * becomes a failure.
 */
export function applyExpectedFailures(result: LawResult, expected: readonly ExpectedFailure[]): LawResult {
  const own = expected.filter(({ law }) => law === result.id);
  const matches = (property: string) => own.filter((each) => (each.property ?? property) === property);
  const failures = result.failures.filter(({ property }) => matches(property).length === 0);
  const skipped = result.failures.length - failures.length;
  const passed = own.filter(
    ({ property }) => !result.failures.some((failure) => (property ?? failure.property) === failure.property),
  );
  const seed = result.failures[0]?.seed ?? 0;
  const unexpected = passed.map(({ property, issue }) => ({
    property: property ?? 'any property',
    seed,
    message: `expected to fail (${issue}), but passed. Take it off the list of expected failures.`,
  }));
  return {
    ...result,
    failed: failures.length + unexpected.length,
    skipped: result.skipped + skipped,
    cases: result.cases - skipped + unexpected.length,
    failures: [...failures, ...unexpected],
  };
}

/** The laws with these ids, in the order of `laws`. Throws `VARDROP_UNKNOWN_LAW` for an unknown id. */
export function selectLaws(laws: readonly Law[], ids: readonly string[]): readonly Law[] {
  const unknown = ids.find((id) => !laws.some((law) => law.id === id));
  if (unknown !== undefined) {
    throw new VardropError(
      'VARDROP_UNKNOWN_LAW',
      `[conformance] law: got "${unknown}", needs one of ${laws.map(({ id }) => id).join(', ')}. Choose one of them.`,
    );
  }
  return laws.filter(({ id }) => ids.includes(id));
}
