import { createReferenceBackend } from '@vardrop/core/reference';
import { type Failure, type Law, runLaw } from '../../src/index.js';
import type { Mutant } from './mutant.js';

/** What a law says of a mutant, tried on these properties one after the other, or on all: the first failure. */
export async function failuresOf(
  law: Law,
  { create = createReferenceBackend, models }: Mutant,
  properties?: readonly string[],
): Promise<readonly Failure[]> {
  for (const property of properties ?? [undefined]) {
    const { failures } = await runLaw(law, create(), {
      models,
      bail: true,
      replay: property === undefined ? undefined : { property },
      create: async () => create(),
      caseTimeout: 20_000,
    });
    if (failures.length > 0) return failures;
  }
  return [];
}
