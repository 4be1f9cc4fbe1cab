import { VardropError } from '@vardrop/core';
import { checkOptionNames, formatValue } from '@vardrop/core/backend';

/** The steps of a time series in their order, row-major. What `preprocess` gives is one. */
export interface Series {
  /** `[steps, width]` */
  readonly inputs: ArrayLike<number>;
  /** `[steps, columns]` */
  readonly targets: ArrayLike<number>;
}

export interface WindowsOptions {
  /** The number of steps of the series. */
  readonly steps: number;
  /** The number of steps that the network sees. */
  readonly length: number;
  /** How many steps after the last one that it sees the first target lies; 1 by default, the step after it. */
  readonly ahead?: number;
  /** The number of steps that it predicts, from there on; 1 by default. */
  readonly horizon?: number;
  /** How many steps after one window the next begins; 1 by default. */
  readonly stride?: number;
}

/** Windows over a time series: a data set for `fit`. The window in row `i` begins with step `i · stride`. */
export interface Windows {
  /** `[rows, length, width]` */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** `[rows, horizon, columns]` */
  readonly targets: Float32Array<ArrayBuffer>;
}

/**
 * Windows over a time series: inputs of `length` steps, and the targets of `horizon` steps after them. Only windows that lie within
 * the series are given. Split the series by time before, so that no window is in two parts. Throws `VARDROP_OPTION`,
 * `VARDROP_SHAPE` for inputs or targets that are not a multiple of the steps, and `VARDROP_EMPTY` for a series that is shorter than a
 * window with its targets.
 */
export function windows(series: Series, options: WindowsOptions): Windows {
  const who = 'windows';
  checkOptionNames(who, options, { steps: true, length: true, ahead: true, horizon: true, stride: true });
  const { steps, length, ahead = 1, horizon = 1, stride = 1 } = options;
  for (const [name, value] of Object.entries({ steps, length, ahead, horizon, stride })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] ${name}: got ${formatValue(value)}, needs a positive whole number.`,
    );
  }
  const width = widthOf(who, 'inputs', series?.inputs, steps);
  const columns = widthOf(who, 'targets', series.targets, steps);
  const span = length + ahead - 1 + horizon;
  if (steps < span) {
    throw new VardropError(
      'VARDROP_EMPTY',
      `[${who}] series: got ${steps} steps, needs at least the ${span} of one window and its targets.`,
    );
  }
  const rows = Math.floor((steps - span) / stride) + 1;
  const inputs = new Float32Array(rows * length * width);
  const targets = new Float32Array(rows * horizon * columns);
  for (let row = 0; row < rows; row++) {
    const start = row * stride;
    copy(series.inputs, start * width, inputs, row * length * width, length * width);
    const first = start + length - 1 + ahead;
    copy(series.targets, first * columns, targets, row * horizon * columns, horizon * columns);
  }
  return { inputs, targets };
}

function widthOf(who: string, name: string, values: ArrayLike<number>, steps: number): number {
  const count: unknown = values?.length;
  const width = typeof count === 'number' ? count / steps : Number.NaN;
  if (Number.isInteger(width) && width > 0) return width;
  throw new VardropError(
    'VARDROP_SHAPE',
    `[${who}] ${name}: got ${formatValue(values)}, needs numbers for each of the ${steps} steps, row-major.`,
  );
}

function copy(from: ArrayLike<number>, start: number, to: Float32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) to[at + i] = from[start + i];
}
