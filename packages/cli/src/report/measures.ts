import { duration, grouped, percent, significant } from './format.js';
import type { RunSummary } from './trainingReport.js';

/** A measure of a run: its name, its value as text, and what it is of. */
export interface Measure {
  readonly key: MeasureKey;
  /** As a heading, `NLL`. */
  readonly name: string;
  readonly value: number;
  /** The value with its unit. */
  readonly text: string;
  /** What it means, beside its value. */
  readonly note: string;
}

/** How a measure is written. */
interface MeasureForm {
  readonly name: string;
  readonly write: (value: number) => string;
  /** What it means; `one` is a row of the data, `image` or `row`. */
  readonly note: (one: string) => string;
  /** Whether less is better, or more; absent where neither is. */
  readonly better?: 'less' | 'more';
}

const count = (value: number) => (value >= 100 ? grouped(value) : significant(value));

/** All measures, in the order in which they are shown. */
const forms = {
  testError: { name: 'test error', write: percent, note: () => 'of the predictive mean', better: 'less' },
  rmse: { name: 'RMSE', write: significant, note: () => 'in units of the target', better: 'less' },
  nll: { name: 'NLL', write: significant, note: (one) => `nats per test ${one}`, better: 'less' },
  crps: { name: 'CRPS', write: significant, note: () => 'in units of the target', better: 'less' },
  coverage50: { name: '50 % interval', write: (value) => percent(value, 1), note: () => 'of the targets in it' },
  coverage90: { name: '90 % interval', write: (value) => percent(value, 1), note: () => 'of the targets in it' },
  auroc: { name: 'AUROC', write: significant, note: () => 'area under the ROC curve', better: 'more' },
  averagePrecision: { name: 'average precision', write: significant, note: () => '1 is perfect', better: 'more' },
  ece: { name: 'ECE', write: percent, note: () => 'calibration error', better: 'less' },
  brier: { name: 'Brier score', write: significant, note: () => '0 is perfect, 2 worst', better: 'less' },
  covered: {
    name: 'covered',
    write: (value) => percent(value, 1),
    note: () => 'of the targets in their set or interval',
  },
  setSize: { name: 'size of sets', write: significant, note: () => 'classes on average', better: 'less' },
  intervalWidth: {
    name: 'width of intervals',
    write: significant,
    note: () => 'in units of the target',
    better: 'less',
  },
  accepted: { name: 'accepted', write: (value) => percent(value, 1), note: (one) => `of the ${one}s` },
  acceptedError: { name: 'error of accepted', write: percent, note: () => 'of the predictive mean', better: 'less' },
  acceptedRmse: { name: 'RMSE of accepted', write: significant, note: () => 'in units of the target', better: 'less' },
  dataTerm: { name: 'data term', write: significant, note: (one) => `nats per training ${one}` },
  kl: { name: 'KL', write: count, note: () => 'nats, whole network' },
  sparsity: { name: 'sparsity', write: (value) => percent(value, 1), note: () => 'weights that α prunes' },
  seconds: { name: 'time', write: duration, note: () => 'training and test' },
} as const satisfies Readonly<Record<string, MeasureForm>>;

/** The name of a measure in reports. */
export type MeasureKey = keyof typeof forms;

/** Measures of the test rows. */
export const testMeasures = [
  'testError',
  'rmse',
  'nll',
  'crps',
  'coverage50',
  'coverage90',
  'auroc',
  'averagePrecision',
  'ece',
  'brier',
  'covered',
  'setSize',
  'intervalWidth',
  'accepted',
  'acceptedError',
  'acceptedRmse',
] as const satisfies readonly MeasureKey[];

/** Measures that are there for some tasks, or for none. */
export type TestMeasures = Partial<Pick<RunSummary, MeasureKey>>;

/** @returns the measures that a run has, in the order in which they are shown. */
export function measuresOf(summary: TestMeasures, one = 'row'): readonly Measure[] {
  return (Object.keys(forms) as MeasureKey[]).flatMap((key) => {
    const value = summary[key];
    if (value === undefined) return [];
    const { name, write, note }: MeasureForm = forms[key];
    return [{ key, name, value, text: write(value), note: note(one) }];
  });
}

/** @returns a measure's value as text. */
export function writeMeasure(key: MeasureKey, value: number): string {
  return forms[key].write(value);
}

/** @returns a measure's name, and whether less or more of it is better. */
export function measureForm(key: MeasureKey): Pick<MeasureForm, 'name' | 'better'> {
  return forms[key];
}
