import { checkFunction } from '../checkFunction.js';
import { checkSignal } from '../checkSignal.js';
import { VardropError } from '../errors.js';
import type { EvaluateOptions } from '../evaluation/index.js';
import { formatValue } from '../formatValue.js';
import { type Head, headsOf } from '../likelihoods/heads.js';
import type { TargetKind } from '../likelihoods/likelihood.js';
import type { Prediction } from '../prediction/index.js';
import { type ReadDataset, readDataset } from '../training/data.js';
import { type FitWarning, isMostlyOf } from '../training/index.js';
import { datasetOf } from './dataOf.js';
import type { Network, NetworkPredictOptions } from './network.js';
import { predictWithRules } from './predictWithRules.js';
import { isTableOrRows, type TableOrRows } from './rows.js';

/** Options of all that calibrates a network. */
export interface NetworkCalibrationOptions
  extends Pick<NetworkPredictOptions, 'samples' | 'mode' | 'batch' | 'seed' | 'signal'> {
  /** Rows that the network was not trained on, and that it was not calibrated with otherwise, as `evaluate` takes them. */
  readonly data: EvaluateOptions['data'] | TableOrRows;
  /**
   * Called before anything is computed, with the code `VARDROP_SAME_DATA`, where most rows are among those that the network was trained
   * on, in whatever order. A small part of many may not be noticed (see `DataDigest`). Default: `console.warn`.
   */
  readonly onWarning?: (warning: FitWarning) => unknown;
}

/** The names of these options. */
export const calibrationOptionNames: Readonly<Record<keyof NetworkCalibrationOptions, true>> = {
  ...{ data: true, onWarning: true, samples: true, mode: true, batch: true, seed: true, signal: true },
};

/** Who calibrates, for messages: the function, the code of its errors, and targets that it has nothing for. */
interface Who {
  readonly name: string;
  readonly code: string;
  readonly without: readonly TargetKind[];
  /** What to do for other networks. */
  readonly remedy: string;
}

/** The head of a network with one output. Throws the code for several outputs, and for targets that there is nothing for. */
export function onlyHead({ model }: Network, { name, code, without, remedy }: Who): Head {
  const heads = headsOf(name, model);
  const { targets } = heads[0].likelihood;
  if (heads.length === 1 && !without.includes(targets)) return heads[0];
  const got = heads.length > 1 ? `a model with ${heads.length} outputs` : `a model with targets of kind '${targets}'`;
  throw new VardropError(code, `[${name}] network: got ${got}, needs one output with other targets. ${remedy}`);
}

/** Checked rows for a calibration. Warns of those that the network was trained on. Throws what `evaluate` throws for data. */
export async function calibrationRows(
  who: string,
  { model, preprocessing, trainedOn }: Network,
  {
    data: given,
    onWarning = ({ code, message }) => console.warn(`${message} (${code})`),
    signal,
  }: NetworkCalibrationOptions,
): Promise<ReadDataset> {
  checkFunction(`[${who}] onWarning`, onWarning);
  checkSignal(who, signal);
  const read = isTableOrRows(given) ? datasetOf(who, model, preprocessing, given) : given;
  const data = readDataset(who, model, headsOf(who, model), read);
  if (trainedOn && isMostlyOf(trainedOn, data)) {
    await onWarning({
      code: 'VARDROP_SAME_DATA',
      message: `[${who}] data: got rows that the network was trained on, needs others. It is surer of those than of new ones, so the result promises too much. Keep some rows aside for calibration.`,
    });
  }
  return data;
}

/** What the network predicts for rows, with calibrated probabilities where it has them, in its own units. */
export async function predictRows(
  { model, backend, parameters, posterior, calibration = [] }: Network,
  { samples, mode, batch, seed, signal }: NetworkCalibrationOptions,
  { inputs }: ReadDataset,
  quantiles?: readonly number[],
): Promise<Prediction> {
  const about = { samples, mode, batch, seed, signal, backend, parameters, posterior, inputs };
  const rules = calibration.filter(({ kind }) => kind === 'isotonic');
  return (await predictWithRules(model, quantiles ? { ...about, quantiles } : about, rules)) as Prediction;
}

/** Throws `VARDROP_OPTION` unless an option is a number that fits. */
export function checkFitting(what: string, value: unknown, fits: (value: number) => boolean, needs: string): void {
  if (typeof value === 'number' && fits(value)) return;
  throw new VardropError('VARDROP_OPTION', `${what}: got ${formatValue(value)}, needs ${needs}.`);
}

/** Throws `VARDROP_OPTION` unless a coverage is above 0 and below 1. */
export function checkCoverage(who: string, coverage: unknown): void {
  checkFitting(`[${who}] coverage`, coverage, (p) => p > 0 && p < 1, 'a number above 0 and below 1, such as 0.9');
}
