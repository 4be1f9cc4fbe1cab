import type { ProgressStream } from './progress.js';

/** Signals that end a command: Ctrl-C, a request to end, a closed terminal. */
export interface Interrupts {
  /**
   * Calls `handler` on every signal that asks the command to end, with its exit code, until the returned function is called.
   */
  readonly onInterrupt: (handler: (code: number) => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** What the work is given. */
export interface InterruptibleWork {
  /** Aborts on the first signal. The work then ends as soon as it can, with the results so far. */
  readonly signal: AbortSignal;
  /** Tells that everything is computed and only has to be written. A signal then waits for that. */
  finishing(): void;
}

/**
 * Runs work that can be interrupted: the first signal aborts it, the second exits at once.
 *
 * @param around `stopping` is printed on the first signal.
 * @param work returns whether it was ended before its end. Throws the signal's reason if there is nothing to show.
 * @returns the exit code: 0, or that of the signal for interrupted work.
 */
export async function interruptible(
  around: Interrupts & {
    readonly stderr: ProgressStream;
    readonly progress: { note(line: string): void; stop(): void };
    readonly stopping: string;
  },
  work: (handed: InterruptibleWork) => Promise<boolean>,
): Promise<number> {
  const { onInterrupt, exit, stderr, progress } = around;
  const controller = new AbortController();
  let interruptCode = 0;
  let stopping = around.stopping;
  const stopListening = onInterrupt((code) => {
    if (controller.signal.aborted) {
      progress.stop();
      exit(code);
      return;
    }
    interruptCode = code;
    progress.note(`${stopping} Press Ctrl-C again to exit at once.`);
    controller.abort();
  });
  const finishing = () => {
    progress.stop();
    stopping = 'Finishing: what was computed is being written.';
  };
  try {
    return (await work({ signal: controller.signal, finishing })) ? interruptCode : 0;
  } catch (error) {
    if (error === undefined || error !== controller.signal.reason) throw error;
    stderr.write('Stopped before there was anything to report.\n');
    return interruptCode;
  } finally {
    stopListening();
    progress.stop();
  }
}
