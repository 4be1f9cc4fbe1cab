import type { Backend } from '@vardrop/core';
import { checkBackend, checkOptionNames } from '@vardrop/core/backend';
import type { Effort, Law, LawResult, Replay } from './law.js';
import { createLedger } from './ledger.js';
import { coreModels, type Models } from './models.js';
import { TimeoutError, withTimeout } from './timeout.js';

/** How a law is run. */
export interface RunOptions {
  /** Default: `quick`. */
  readonly effort?: Effort;
  /** Decides every case; fixed if left out, so that a run can be repeated. */
  readonly seed?: number;
  readonly replay?: Replay;
  /** Stops at the first failure, without shrinking it. Default: false. */
  readonly bail?: boolean;
  /** Longest time that one case may take, in milliseconds. Default: a minute. */
  readonly caseTimeout?: number;
  /** Longest time that the law may take, in milliseconds; by effort (`lawTimeouts`) if left out. */
  readonly lawTimeout?: number;
  /** Makes further backends, for what holds of several at once; such cases are left out without it. */
  readonly create?: () => Promise<Backend>;
  /** Default: those of core. */
  readonly models?: Models;
  /** Told of every case before it is tried: what is under way, if the backend never gives the thread back. */
  readonly onCase?: (law: string, property: string) => void;
}

/** The names of those options. */
export const runOptionNames = {
  effort: true,
  seed: true,
  replay: true,
  bail: true,
  caseTimeout: true,
  lawTimeout: true,
  create: true,
  models: true,
  onCase: true,
} as const satisfies Readonly<Record<keyof RunOptions, true>>;

/** The seed of runs that state none. */
export const defaultSeed = 20151208;

/** Longest time that a law may take, in milliseconds, at each effort. */
export const lawTimeouts: Readonly<Record<Effort, number>> = { quick: 300_000, normal: 600_000, thorough: 7_200_000 };

/** Largest part of the comparisons that may say nothing, and from how many comparisons on that is judged. */
const silentPart = { largest: 0.05, from: 100 } as const;

/**
 * Runs one law on a backend. It also fails the law if handles that the law received are still live afterwards, and if more than
 * a twentieth of the bounds were too wide to say anything. Rejects with `VARDROP_OPTION` for unknown options and for what is no
 * backend, with `VARDROP_CONTRACT` for a backend of another version of the contract, and with nothing else: a law that could
 * not go on, or did not end in time, is a failure.
 */
export async function runLaw(law: Law, backend: Backend, options: RunOptions = {}): Promise<LawResult> {
  checkOptionNames('runLaw', options, runOptionNames);
  checkBackend('conformance', backend);
  const { effort = 'quick', seed = defaultSeed, replay, bail = false, caseTimeout = 60_000, create } = options;
  const { lawTimeout = lawTimeouts[effort], models = coreModels, onCase } = options;
  const progress = (property: string) => onCase?.(law.id, property);
  const ledger = createLedger();
  const start = performance.now();
  try {
    const before = backend.liveTensors();
    await withTimeout(`the law ${law.id}`, lawTimeout, () =>
      law.check({ backend, effort, seed, replay, bail, caseTimeout, create, models, ledger, progress }),
    );
    const left = backend.liveTensors() - before;
    if (left !== 0 && ledger.failures().length === 0) {
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
    // A case that did not end stands in the ledger already.
    if (!(error instanceof TimeoutError) || ledger.failures().length === 0) {
      ledger.failed({
        property: 'run',
        seed,
        message: error instanceof Error ? (error.stack ?? error.message) : `${error}`,
      });
    }
  }
  const total = ledger.total();
  return {
    id: law.id,
    cases: total.passed + total.failed,
    ...total,
    deviceLosses: 0,
    seconds: (performance.now() - start) / 1000,
  };
}
