import { VardropError } from '../errors.js';
import type { Executable } from './contract.js';

/** Whether a backend is open, and the executables that it disposes of when it closes. */
export interface BackendLifetime {
  /** The backend's name, for messages. */
  readonly name: string;
  /**
   * Throws `VARDROP_DISPOSED` after `close`, and the errors of the backend's own check. `who` names the caller, for
   * messages.
   */
  check(who: string): void;
  /**
   * Returns an executable that refuses to run after `close`, and that `close` disposes of. After `close`, `track`
   * disposes of `executable` at once and throws `VARDROP_DISPOSED`.
   */
  track(executable: Executable): Executable;
  /** Disposes of all tracked executables. Returns false if it was already closed. */
  close(): boolean;
}

/**
 * Creates the lifetime of a backend named `name`.
 *
 * @param requireAlive throws if anything other than `close` has ended the backend; `who` names the caller
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
