import { VardropError } from '@vardrop/core';
import type { Law, LawResult } from './law.js';

/** Something that a backend is known to get wrong. */
export interface ExpectedFailure {
  /** Id of the law. */
  readonly law: string;
  /** Name of the property, as failures print it. Default: any of the law's. */
  readonly property?: string;
  /** Where it is being dealt with: the address of an issue. */
  readonly issue: string;
}

/**
 * Takes the expected failures out of a law's result and counts them as skipped; an expected failure that did not
 * happen becomes a failure.
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

/** The laws of these ids, in their own order. Throws `VARDROP_UNKNOWN_LAW`. */
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
