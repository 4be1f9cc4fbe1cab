import { VardropError } from '../errors.js';
import type { Executable } from './contract.js';

/** Whether a backend is open, and the executables that end with it. */
export interface BackendLifetime {
  /** The backend's name, for messages. */
  readonly name: string;
  /** Throws `VARDROP_DISPOSED` after `close`, and what the backend's own check throws; `who` names the caller. */
  check(who: string): void;
  /**
   * The executable, which refuses to run after `close` and is disposed of by it at the latest. After `close` it is disposed
   * of at once, and `VARDROP_DISPOSED` is thrown.
   */
  track(executable: Executable): Executable;
  /** Disposes of what is tracked; false if it was closed before. */
  close(): boolean;
}

/**
 * The lifetime of a backend named `name`, for backends to keep.
 *
 * @param requireAlive throws if something else than `close` has ended the backend; `who` names the caller
 */
export function createBackendLifetime(name: string, requireAlive?: (who: string) => void): BackendLifetime {
  const executables = new Set<Executable>();
  let closed = false;
  const check = (who: string) => {
    if (closed) refuseClosed(name, who);
    requireAlive?.(who);
  };
  return {
    name,
    check,
    track(executable) {
      if (closed) {
        executable.dispose();
        refuseClosed(name, 'compile');
      }
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
