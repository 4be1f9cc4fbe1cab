import { clearLine, cursorTo } from 'node:readline';
import { isTerminal, type ProgressStream } from '../progress.js';

/** A status line, shown on a terminal only. */
export interface Status {
  show(text: string): void;
  /** Removes the line, before something else is printed. */
  clear(): void;
}

/** Milliseconds between two changes of the line. */
const pause = 100;

/** A status line on a stream. */
export function createStatus(stream: ProgressStream): Status {
  if (!isTerminal(stream)) return { show: () => undefined, clear: () => undefined };
  let drawn = 0;
  return {
    show(text) {
      if (performance.now() - drawn < pause) return;
      drawn = performance.now();
      cursorTo(stream, 0);
      stream.write(text.slice(0, (stream.columns ?? 80) - 1));
      clearLine(stream, 1);
    },
    clear() {
      cursorTo(stream, 0);
      clearLine(stream, 0);
      drawn = 0;
    },
  };
}
