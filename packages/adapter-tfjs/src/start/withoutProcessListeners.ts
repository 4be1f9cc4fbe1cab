/** The part of Node's `process` that this file uses. */
interface Process {
  listeners(event: string): readonly Listener[];
  removeListener(event: string, listener: Listener): void;
}

type Listener = (...args: readonly unknown[]) => void;

const events = ['uncaughtException', 'unhandledRejection'];

/** Matches a function that only throws its argument, possibly only if the argument is not an `ExitStatus`. */
const rethrows = /^function\s*\w*\((\w+)\)\s*\{\s*(?:if\s*\(!\(\1 instanceof \w+\)\)\s*\{?\s*)?throw \1;?\s*\}?\s*\}$/;

/**
 * Runs `work` and then removes the listeners for uncaught errors that Emscripten's code adds to Node's process. They
 * throw the error again. That would end an app that handles such errors itself, and change the exit code of any other.
 */
export async function withoutProcessListeners<T>(work: () => Promise<T>): Promise<T> {
  const { process } = globalThis as { readonly process?: Partial<Process> };
  if (!process?.listeners || !process.removeListener) return work();
  const { listeners, removeListener } = process as Process;
  const before = events.map((event) => new Set(listeners.call(process, event)));
  try {
    return await work();
  } finally {
    events.forEach((event, i) => {
      for (const listener of listeners.call(process, event)) {
        if (!before[i].has(listener) && rethrows.test(`${listener}`)) removeListener.call(process, event, listener);
      }
    });
  }
}
