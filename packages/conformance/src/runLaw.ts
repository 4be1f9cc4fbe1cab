import type { Backend } from '@vardrop/core';
import type { Effort, Law, LawResult, Replay } from './law.js';
import { createLedger } from './ledger.js';

/** How a law is run. */
export interface RunOptions {
  /** `quick` if left out. */
  readonly effort?: Effort;
  /** Decides every case; fixed if left out, so that a run can be repeated. */
  readonly seed?: number;
  readonly replay?: Replay;
}

/** The seed of runs that state none. */
export const defaultSeed = 20151208;

/** Largest part of the comparisons that may say nothing, and from how many comparisons on that is judged. */
const silentPart = { largest: 0.05, from: 100 } as const;

/**
 * Runs one law on a backend. It also fails the law if handles that the law received are still live afterwards, and if
 * more than a twentieth of the bounds were too wide to say anything. Never rejects: a law that could not go on is a
 * failure.
 */
export async function runLaw(law: Law, backend: Backend, options: RunOptions = {}): Promise<LawResult> {
  const { effort = 'quick', seed = defaultSeed, replay } = options;
  const ledger = createLedger();
  const before = backend.liveTensors();
  const start = performance.now();
  try {
    await law.check({ backend, effort, seed, replay, ledger });
    const left = backend.liveTensors() - before;
    if (left !== 0 && ledger.total().failed === 0) {
      ledger.failed({ property: 'lifetime', seed, message: `${left} tensors are left after all were disposed of` });
    }
    const { comparisons, silent } = ledger.total();
    if (comparisons >= silentPart.from && silent > silentPart.largest * comparisons) {
      ledger.failed({
        property: 'bounds',
        seed,
        message: `${silent} of ${comparisons} bounds are too wide to say anything`,
      });
    }
  } catch (error) {
    ledger.failed({
      property: 'run',
      seed,
      message: error instanceof Error ? (error.stack ?? error.message) : `${error}`,
    });
  }
  const total = ledger.total();
  return {
    id: law.id,
    cases: total.passed + total.failed,
    ...total,
    seconds: (performance.now() - start) / 1000,
  };
}
