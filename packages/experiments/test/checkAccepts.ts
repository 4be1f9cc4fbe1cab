import { expect } from 'vitest';
import type { Json, Trial } from '../src/index.js';

/** A result with one of its values replaced, or left out, in every place: each is of something else. */
function* changed(value: Json): Generator<Json> {
  yield null;
  yield 'text';
  if (typeof value === 'number') yield Number.NaN;
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [i, entry] of value.entries())
      for (const other of changed(entry)) yield value.map((each, k) => (k === i ? other : each));
    return;
  }
  const members = Object.entries(value) as [string, Json][];
  for (const [name, member] of members) {
    yield Object.fromEntries(members.filter(([each]) => each !== name));
    for (const other of changed(member)) yield { ...(value as Readonly<Record<string, Json>>), [name]: other };
  }
}

/** Expects that a trial accepts what it returned, as a file keeps it, and nothing that differs in kind. */
export function checkAccepts(trial: Trial, result: Json): void {
  const kept = JSON.parse(JSON.stringify(result)) as Json;
  expect(trial.accepts(kept)).toBe(true);
  for (const other of changed(kept)) {
    if (trial.accepts(other)) expect.fail(`${trial.key} accepts ${JSON.stringify(other)}`);
  }
}
