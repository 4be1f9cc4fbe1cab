import { exactly, list, number, type Pattern, record } from '../resultPatterns.js';
import type { ImageMethodName } from './imageMethods.js';
import type { RegressionMethodName } from './regressionMethods.js';

/** How well a score tells other rows from test rows: area under the ROC curve, and false alarms where 95 % of them are found. */
export type Separation = { readonly auroc: number; readonly falsePositives: number };

/** What an alarm may ring by. */
export const alarms = ['entropy', 'information', 'confidence', 'energy'] as const;

/** Quality on test images, turned by some degrees. */
export type TurnedResult = {
  readonly degrees: number;
  readonly error: number;
  readonly nll: number;
  readonly ece: number;
};

/** What one network says of test images and of others. Errors, calibration errors and false alarms are in percent. */
export type ImageResult = {
  readonly part: 'images';
  readonly method: ImageMethodName;
  readonly seed: number;
  readonly error: number;
  /** Nats. */
  readonly nll: number;
  readonly brier: number;
  /** With bins of equal width, and of equal mass. */
  readonly ece: number;
  readonly massEce: number;
  /** A thousand times the area under the risk-coverage curve of the entropy. */
  readonly riskCoverage: number;
  readonly turned: readonly TurnedResult[];
  readonly foreign: readonly (Readonly<Record<(typeof alarms)[number], Separation>> & { readonly kind: string })[];
};

/** What one network says of numbers inside the data, at their edge and outside. */
export type RegressionResult = {
  readonly part: 'regression';
  readonly method: RegressionMethodName;
  readonly seed: number;
  readonly places: readonly {
    readonly place: string;
    /** Share of the truth in 95 % intervals, in percent, and their mean width. */
    readonly coverage: number;
    readonly width: number;
    readonly intervalScore: number;
    readonly crps: number;
    readonly rmse: number;
  }[];
};

export type UncertaintyResult = ImageResult | RegressionResult;

const share = number(0, 100);
const separation = record({ auroc: number(0, 1), falsePositives: share });

/** What the results of an image trial match. */
export function imagePattern(
  method: ImageMethodName,
  seed: number,
  { degrees, foreign }: { readonly degrees: number; readonly foreign: readonly string[] },
): Pattern {
  const turned = record({ degrees: number(0, 180), error: share, nll: number(0), ece: share });
  const alarm = Object.fromEntries(alarms.map((name) => [name, separation]));
  return record({
    part: exactly('images'),
    method: exactly(method),
    seed: exactly(seed),
    error: share,
    nll: number(0),
    brier: number(0, 2),
    ece: share,
    massEce: share,
    riskCoverage: number(0, 1000),
    turned: list(turned, degrees),
    foreign: (value) =>
      list(record(alarm), foreign.length)(value) &&
      (value as ImageResult['foreign']).every(({ kind }, i) => kind === foreign[i]),
  });
}

/** What the results of a regression trial match. */
export function regressionPattern(method: RegressionMethodName, seed: number, places: readonly string[]): Pattern {
  const measured = record({
    coverage: share,
    width: number(0),
    intervalScore: number(0),
    crps: number(0),
    rmse: number(0),
  });
  return record({
    part: exactly('regression'),
    method: exactly(method),
    seed: exactly(seed),
    places: (value) =>
      list(measured, places.length)(value) &&
      (value as RegressionResult['places']).every(({ place }, i) => place === places[i]),
  });
}
