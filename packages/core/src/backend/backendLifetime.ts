import { VardropError } from '../errors.js';
import type { Executable } from './contract.js';

/** Whether a backend is open, and the executables that end with it. */
export interface BackendLifetime {
  /** Throws `VARDROP_DISPOSED` after `close`; `who` names the caller. */
  check(who: string): void;
  /** The executable, which refuses to run after `close` and is disposed of by it at the latest. */
  track(executable: Executable): Executable;
  /** Disposes of what is tracked; false if it was closed before. */
  close(): boolean;
}

/** The lifetime of a backend named `name`, for backends to keep. */
export function createBackendLifetime(name: string): BackendLifetime {
  const executables = new Set<Executable>();
  let closed = false;
  const check = (who: string) => {
    if (closed) refuseClosed(name, who);
  };
  return {
    check,
    track(executable) {
      const tracked: Executable = {
        run(shared, iterations) {
          check('run');
          return executable.run(shared, iterations);
        },
        dispose() {
          executable.dispose();
          executables.delete(tracked);
        },
      };
      executables.add(tracked);
      return tracked;
    },
    close() {
      if (closed) return false;
      closed = true;
      for (const executable of [...executables]) executable.dispose();
      return true;
    },
  };
}

/** Throws `VARDROP_DISPOSED`, for uses of a backend after `close`. */
export function refuseClosed(name: string, who: string): never {
  throw new VardropError(
    'VARDROP_DISPOSED',
    `[${name}] ${who}: got a closed backend, needs an open one. Create another.`,
  );
}
