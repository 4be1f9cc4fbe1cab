import { pairedDifference, summarize } from '@vardrop/experiments';

/** The methods of a table with the metrics of each split. @typedef {Readonly<Record<string, readonly import('./trial.js').Metrics[]>>} Trials */

/** How metrics are called, and their digits. @type {Readonly<Record<string, readonly [name: string, digits: number, factor: number]>>} */
const metrics = {
  nll: ['NLL', 3, 1],
  rmse: ['RMSE', 2, 1],
  error: ['error, %', 1, 100],
  coverage50: ['in 50 %', 1, 100],
  width50: ['width', 2, 1],
  coverage90: ['in 90 %', 1, 100],
  width90: ['width', 2, 1],
  ece: ['ECE, %', 1, 100],
  auroc: ['AUROC', 4, 1],
};

/** Test rows for each row of the training and validation parts. */
const testShare = 0.2 / 0.8;

/**
 * The difference of two methods with a 95 % interval. Splits share rows, so that the spread over splits is too small: the t-interval is
 * widened by √(1 + splits · test/training rows) (Nadeau & Bengio 2003, the corrected resampled t-test).
 *
 * @param {Trials} trials
 * @param {string} method
 * @param {{ metric: string, baseline: string }} options
 */
function difference(trials, method, { metric, baseline }) {
  const bySplit = (/** @type {string} */ name) => new Map(trials[name].map((each, i) => [i, each[metric]]));
  const found = pairedDifference(bySplit(method), bySplit(baseline));
  if (!found?.interval) return undefined;
  const half = ((found.interval[1] - found.interval[0]) / 2) * Math.sqrt(1 + found.count * testShare);
  const interval = [found.mean - half, found.mean + half];
  const verdict = interval[1] < 0 ? 'lower' : interval[0] > 0 ? 'higher' : '';
  return { mean: found.mean, interval, verdict };
}

/** Means ± standard errors over splits, and differences in NLL from a baseline, as Markdown. @param {Trials} trials @param {string} baseline */
export function tableOf(trials, baseline) {
  const present = Object.keys(metrics).filter((metric) => metric in Object.values(trials)[0][0]);
  const head = ['', ...present.map((metric) => metrics[metric][0]), `NLL against ${baseline}`];
  const rows = Object.entries(trials).map(([method, splits]) => [
    method,
    ...present.map((metric) => cell(splits, metric)),
    method === baseline ? '' : differenceText(difference(trials, method, { metric: 'nll', baseline })),
  ]);
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** @param {readonly import('./trial.js').Metrics[]} splits @param {string} metric */
function cell(splits, metric) {
  const [, digits, factor] = metrics[metric];
  const { mean, deviation = Number.NaN, count } = summarize(splits.map((each) => factor * each[metric]));
  return `${number(mean, digits)} ± ${number(deviation / Math.sqrt(count), digits)}`;
}

/** Means of counts are exponentials, which may be very large. @param {number} value @param {number} digits */
const number = (value, digits) => (value < 1e5 ? value.toFixed(digits) : value.toExponential(1));

/** @param {ReturnType<typeof difference>} found */
function differenceText(found) {
  if (!found) return '–';
  const signed = (/** @type {number} */ value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
  const [low, high] = found.interval.map(signed);
  const text = `${signed(found.mean)} (${low} to ${high})`;
  return found.verdict ? `**${text}**` : text;
}
