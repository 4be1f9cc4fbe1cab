import { Presets, SingleBar } from 'cli-progress';
import { counted } from './counted.js';
import type { EpochReport } from './report/trainingReport.js';

/** The training to be shown. */
export interface ProgressStart {
  /** Name of the run, such as its noise model. */
  readonly name: string;
  readonly epochs: number;
  /** Minibatches per epoch. */
  readonly stepsPerEpoch: number;
  /** Completed epochs of a resumed run. Default: 0. */
  readonly startEpoch?: number;
}

/** The state after one step. */
export interface ProgressStep {
  /** Current epoch, from 1. */
  readonly epoch: number;
  /** Completed steps of this epoch, from 1. */
  readonly step: number;
  /** Objective, nats per datapoint. */
  readonly objective: number;
  /** Unweighted KL of the whole network, nats. */
  readonly kl: number;
}

/** Shows the progress of a training. Call `start` for each run, then `step` and `epoch`, and finally `stop`. */
export interface Progress {
  start(run: ProgressStart): void;
  step(state: ProgressStep): void;
  /** At the end of each epoch. */
  epoch(report: EpochReport): void;
  /** A line that stays on the screen, in place of the bar until the next `start`. */
  note(line: string): void;
  /** Removes the bar and shows the cursor again. No effect if nothing is shown. */
  stop(): void;
}

/** A stream to draw on: `process.stderr`, or anything that has its first two members. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
  /** Listens to errors, such as a closed pipe. */
  on?(event: 'error', listener: (error: Error) => void): unknown;
  /** File descriptor that it writes to. */
  readonly fd?: number;
}

/**
 * Shows the progress of a training.
 *
 * @param stream what to draw on: a bar on a terminal, else a line per epoch.
 * @param quiet whether to show only notes.
 */
export function createProgress(stream: NodeJS.WriteStream | ProgressStream, quiet: boolean): Progress {
  if (quiet) return quietProgress(stream);
  return isTerminal(stream) ? barProgress(stream) : lineProgress(stream);
}

/** Whether a bar can be drawn on a stream. */
export function isTerminal(stream: NodeJS.WriteStream | ProgressStream): stream is NodeJS.WriteStream {
  return stream.isTTY === true && 'cursorTo' in stream;
}

function quietProgress(stream: ProgressStream): Progress {
  const nothing = (): void => {};
  return { start: nothing, step: nothing, epoch: nothing, stop: nothing, note: (line) => stream.write(`${line}\n`) };
}

function lineProgress(stream: ProgressStream): Progress {
  let run: ProgressStart | undefined;
  let started = 0;
  return {
    start(next) {
      run = next;
      started = performance.now();
      stream.write(`${next.name}: ${counted(next.epochs, 'epoch')} of ${counted(next.stepsPerEpoch, 'step')}\n`);
    },
    step() {},
    epoch(report) {
      if (run === undefined) return;
      const done = report.epoch - (run.startEpoch ?? 0);
      const left = ((performance.now() - started) / done) * (run.epochs - report.epoch);
      const parts = [
        `epoch ${String(report.epoch).padStart(String(run.epochs).length)}/${run.epochs}`,
        `loss ${report.objective.toFixed(4)}`,
        `KL ${formatKl(report.kl)}`,
        ...(report.validationError === undefined ? [] : [`validation error ${percent(report.validationError)}`]),
        `${report.seconds.toFixed(1)} s`,
        ...(report.epoch < run.epochs ? [`${duration(left / 1000)} left`] : []),
      ];
      stream.write(`${parts.join('  ')}\n`);
    },
    note: (line) => stream.write(`${line}\n`),
    stop() {
      run = undefined;
    },
  };
}

/** Columns of the text beside the bar, with the name of the run. */
const textWidth = 62;

/** Milliseconds between two drawings; faster changes cannot be read. */
const redrawInterval = 100;

function barProgress(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  let run: ProgressStart | undefined;
  let started = 0;
  let validation = '–';
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const leftAfter = (done: number): string => {
    if (run === undefined) return '–';
    const { epochs, stepsPerEpoch, startEpoch = 0 } = run;
    const stepsDone = done - startEpoch * stepsPerEpoch;
    if (stepsDone === 0) return '–';
    const steps = (epochs - startEpoch) * stepsPerEpoch;
    return duration(((performance.now() - started) / 1000 / stepsDone) * (steps - stepsDone));
  };
  const show = (done: number, state: Pick<ProgressStep, 'epoch' | 'objective' | 'kl'>): void => {
    bar?.update(done, {
      epoch: state.epoch,
      loss: state.objective.toFixed(4),
      kl: formatKl(state.kl),
      validation,
      left: leftAfter(done),
    });
  };
  return {
    start(next) {
      stop();
      run = next;
      started = performance.now();
      validation = '–';
      bar = new SingleBar(
        {
          stream,
          format: `${next.name} {bar} {epoch}/${next.epochs}  {left} left  loss {loss}  KL {kl}  error {validation}`,
          barsize: Math.min(24, Math.max(8, (stream.columns ?? 80) - textWidth - next.name.length)),
          hideCursor: true,
          linewrap: false,
          // The bar is redrawn by `update` only: a training that computes synchronously starves timers.
          noTTYOutput: false,
          synchronousUpdate: true,
          fps: 1000 / redrawInterval,
          stopOnComplete: false,
        },
        Presets.shades_classic,
      );
      const behind = next.startEpoch ?? 0;
      bar.start(next.epochs * next.stepsPerEpoch, behind * next.stepsPerEpoch, {
        epoch: behind,
        loss: '–',
        kl: '–',
        validation,
        left: '–',
      });
    },
    step(state) {
      if (run === undefined) return;
      show((state.epoch - 1) * run.stepsPerEpoch + state.step, state);
    },
    epoch(report) {
      if (run === undefined) return;
      if (report.validationError !== undefined) validation = percent(report.validationError);
      show(report.epoch * run.stepsPerEpoch, report);
    },
    note(line) {
      // A bar moves the cursor back to its own line when it stops, so later output would overwrite the note.
      stop();
      stream.write(`${line}\n`);
    },
    stop,
  };
}

function formatKl(kl: number): string {
  if (Math.abs(kl) >= 1e7) return kl.toExponential(2);
  return kl.toFixed(Math.abs(kl) >= 1000 ? 0 : 1);
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}

/** Seconds as `8 s`, `1 min 05 s` or `2 h 03 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
