import type { Backend } from '@vardrop/core';
import { createBuilder } from '@vardrop/core/program';
import type { Law, LawResult } from './law.js';
import { run } from './run.js';
import { type RunOptions, runLaw } from './runLaw.js';
import { withTimeout } from './timeout.js';

/** Longest wait for a backend that has failed a law, in milliseconds. */
const patience = 10_000;

/** A backend under test, from the first law to the last. */
export interface Subject {
  /** Runs one law on it. Rejects only where the factory does. */
  run(law: Law, options: Omit<RunOptions, 'create'>): Promise<LawResult>;
  /** Closes what is open. */
  close(): Promise<void>;
}

/**
 * A backend that laws are run on one after the other. It is made when the first law needs it, and made again after a law
 * that failed, which may have left anything behind: what one law breaks says nothing of the next.
 *
 * A device that is lost (a page's WebGL context goes when the browser's GPU process does) says nothing of the law either:
 * the law is run again on another backend, once. `deviceLosses` of its result says so.
 */
export function createSubject(create: () => Promise<Backend>): Subject {
  let open: Backend | undefined;
  async function close(): Promise<void> {
    const closing = open;
    open = undefined;
    await closing?.close();
  }
  return {
    async run(law, options) {
      for (let deviceLosses = 0; ; deviceLosses++) {
        open ??= await create();
        const result = await runLaw(law, open, { ...options, create });
        if (result.failures.length === 0) return { ...result, deviceLosses };
        const again = deviceLosses === 0 && (await isLost(open));
        // How it ends says nothing that the failures do not.
        await withTimeout('closing', patience, close).catch(() => {});
        if (!again) return { ...result, deviceLosses };
      }
    },
    close,
  };
}

/** Whether a backend computes nothing any more, since its device is gone. */
async function isLost(backend: Backend): Promise<boolean> {
  const b = createBuilder('probe');
  const x = b.input('x', [1], 'iteration');
  b.output('sum', b.add(x, x));
  try {
    await withTimeout('a probe', patience, () => run(backend, b.build(), {}, [{ inputs: { x: Float32Array.of(1) } }]));
    return false;
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'VARDROP_DEVICE_LOST';
  }
}
