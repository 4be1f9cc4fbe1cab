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
  /** Determines every case. The default is fixed, so that a run can be repeated. */
  readonly seed?: number;
  readonly replay?: Replay;
  /** Stops at the first failure, without shrinking it. Default: false. */
  readonly bail?: boolean;
  /** Time limit of one case in milliseconds. Default: a minute. */
  readonly caseTimeout?: number;
  /** Time limit of the law in milliseconds. The default depends on the effort (`lawTimeouts`). */
  readonly lawTimeout?: number;
  /** Creates further backends, for cases that need several at once. Without it such cases are omitted. */
  readonly create?: () => Promise<Backend>;
  /** Default: those of core. */
  readonly models?: Models;
  /** Called before every case. It shows which case is running if the backend blocks the thread forever. */
  readonly onCase?: (law: string, property: string) => void;
}

/** The names of these options. */
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

/** The default seed. */
export const defaultSeed = 20151208;

/** Time limit of a law in milliseconds, at each effort. */
export const lawTimeouts: Readonly<Record<Effort, number>> = { quick: 300_000, normal: 600_000, thorough: 7_200_000 };

/** The largest part of the comparisons that may say nothing. It is checked from 100 comparisons on. */
const silentPart = { largest: 0.05, from: 100 } as const;

/**
 * Runs one law on a backend. The law also fails if handles that it received are still live afterwards, or if more than
 * a twentieth of the bounds are too wide to say anything. A law that could not continue, or did not end in time, is a
 * failure. Rejects with `VARDROP_OPTION` for unknown options and for values that are not a backend, with
 * `VARDROP_CONTRACT` for a backend of another version of the contract, and in no other case.
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
    // The ledger already contains the case that did not end.
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
