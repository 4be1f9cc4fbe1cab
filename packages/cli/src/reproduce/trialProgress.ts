import { Presets, SingleBar } from 'cli-progress';
import { duration, isTerminal, type ProgressStream } from '../progress.js';

/** Shows the progress of trials. */
export interface TrialProgress {
  /** Starts with the work of all trials, of which an earlier run has completed `done`. */
  start(total: number, done: number): void;
  /** A trial begins. */
  trial(name: string, cost: number): void;
  /** Progress of the current trial in [0, 1]; 1 ends it. */
  share(share: number): void;
  /** A line that stays on the screen, in place of the bar. */
  note(line: string): void;
  /** Removes the bar. No effect if nothing is shown. */
  stop(): void;
}

/** Milliseconds between two lines where there is no terminal. */
const lineInterval = 15_000;

/** Columns for the name of a trial, and for the other text beside the bar. */
const nameWidth = 34;
const textWidth = nameWidth + 26;

/**
 * Shows the progress of an experiment, with the remaining time estimated from the costs of the remaining trials.
 *
 * @param stream what to draw on: a bar on a terminal, else a line from time to time.
 * @param quiet whether to show only notes.
 */
export function createTrialProgress(stream: NodeJS.WriteStream | ProgressStream, quiet: boolean): TrialProgress {
  let total = 0;
  let before = 0;
  let done = 0;
  let current = { name: '', cost: 0, share: 0 };
  let started = 0;
  let lastLine = Number.NEGATIVE_INFINITY;
  let bar: SingleBar | undefined;

  const reached = () => Math.min(total, done + current.cost * current.share);
  const left = (): string => {
    const work = reached() - before;
    if (work <= 0) return '–';
    return duration(((performance.now() - started) / 1000 / work) * (total - reached()));
  };
  const percent = () => `${Math.floor((100 * reached()) / total)} %`;
  const draw = () => {
    if (quiet || total === 0) return;
    if (bar) {
      const name = current.name.length > nameWidth ? `${current.name.slice(0, nameWidth - 1)}…` : current.name;
      bar.update(reached() / total, { percent: percent().padStart(5), left: left(), name });
      return;
    }
    if (isTerminal(stream) || performance.now() - lastLine < lineInterval) return;
    lastLine = performance.now();
    stream.write(`${percent()}  ${current.name}  ${left()} left\n`);
  };
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    start(ofAll, ofBefore) {
      stop();
      total = ofAll;
      before = ofBefore;
      done = ofBefore;
      current = { name: '', cost: 0, share: 0 };
      started = performance.now();
      if (quiet || !isTerminal(stream)) return;
      bar = new SingleBar(
        {
          stream,
          format: '{bar} {percent}  {left} left  {name}',
          barsize: Math.min(24, Math.max(8, (stream.columns ?? 80) - textWidth)),
          hideCursor: true,
          linewrap: false,
          // The bar is redrawn by `update` only: trials that compute synchronously starve timers.
          noTTYOutput: false,
          synchronousUpdate: true,
          fps: 10,
          stopOnComplete: false,
        },
        Presets.shades_classic,
      );
      bar.start(1, before / total, { percent: percent().padStart(5), left: '–', name: '' });
    },
    trial(name, cost) {
      current = { name, cost, share: 0 };
      draw();
    },
    share(share) {
      current.share = Math.min(1, Math.max(current.share, share));
      if (current.share === 1) {
        done += current.cost;
        current = { name: current.name, cost: 0, share: 0 };
      }
      draw();
    },
    note(line) {
      stop();
      stream.write(`${line}\n`);
    },
    stop,
  };
}
