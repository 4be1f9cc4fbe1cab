import { duration, isTerminal, type ProgressStream } from '../progress.js';

/** Shows the progress of a benchmark. */
export interface BenchProgress {
  /** `share` in [0, 1], and the current work. */
  show(share: number, label: string): void;
  /** A line that stays on the screen. */
  note(line: string): void;
  /** Removes the line of progress. No effect if nothing is shown. */
  stop(): void;
}

/** Milliseconds between two lines where there is no terminal, and between two drawings where there is one. */
const [lineInterval, redrawInterval] = [15_000, 100];

/** Longest label that is drawn. */
const labelWidth = 56;

/**
 * A line that is redrawn on a terminal; otherwise a new line from time to time. It draws only when it is called, so it takes no
 * time from measurements.
 *
 * @param quiet whether to show only notes.
 */
export function createBenchProgress(stream: NodeJS.WriteStream | ProgressStream, quiet: boolean): BenchProgress {
  const started = performance.now();
  let last = Number.NEGATIVE_INFINITY;
  let drawn = false;
  const stop = () => {
    if (drawn) stream.write('\r\x1b[K');
    drawn = false;
  };
  return {
    show(share, label) {
      const now = performance.now();
      const terminal = isTerminal(stream);
      if (quiet || now - last < (terminal ? redrawInterval : lineInterval)) return;
      last = now;
      const left = share > 0.02 ? `${duration(((now - started) / 1000 / share) * (1 - share))} left` : '–';
      const line = `${`${Math.floor(100 * share)} %`.padStart(5)}  ${left.padEnd(15)}  ${label}`;
      if (!terminal) return void stream.write(`${line}\n`);
      stream.write(`\r\x1b[K${line.slice(0, Math.max(20, Math.min(labelWidth + 24, (stream.columns ?? 80) - 1)))}`);
      drawn = true;
    },
    note(line) {
      stop();
      stream.write(`${line}\n`);
    },
    stop,
  };
}
