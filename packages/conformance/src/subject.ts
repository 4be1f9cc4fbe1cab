import type { Backend } from '@vardrop/core';
import { createBuilder } from '@vardrop/core/program';
import type { Law, LawResult } from './law.js';
import { run } from './run.js';
import { type RunOptions, runLaw } from './runLaw.js';
import { withTimeout } from './timeout.js';

/** Time limit in milliseconds for closing a backend that has failed a law. */
const patience = 10_000;

/** A backend under test, from the first law to the last. */
export interface Subject {
  /** Runs one law on it. Rejects only if the factory does. */
  run(law: Law, options: Omit<RunOptions, 'create'>): Promise<LawResult>;
  /** Closes the open backend. */
  close(): Promise<void>;
}

/**
 * A backend on which laws run one after the other. It is created when the first law needs it. After a law that failed
 * it is created again, because a failed law may leave it in any state and must not affect the next one.
 *
 * The loss of a device is not a failure of the law either. (A page's WebGL context is lost when the browser's GPU
 * process ends.) The law is then run again on another backend, once, and the result's `deviceLosses` is 1.
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
        // The failures are already known, so the result of `close` does not matter.
        await withTimeout('closing', patience, close).catch(() => {});
        if (!again) return { ...result, deviceLosses };
      }
    },
    close,
  };
}

/** Whether a backend can compute nothing any more because its device is lost. */
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
