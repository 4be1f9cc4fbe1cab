import type { Distribution, DistributionParameters } from '../distributions/distribution.js';
import { mixtureCdf } from '../distributions/mixtureCdf.js';
import { mixtureCrps } from '../distributions/mixtureCrps.js';
import { mixtureQuantile } from '../distributions/mixtureQuantile.js';
import { intervalCoverage, intervalWidth, pitHistogram } from '../metrics/index.js';
import { mixturesOf } from '../prediction/mixtures.js';
import type { PredictionInterval, RegressionPrediction } from '../prediction/prediction.js';
import { yieldToEvents } from '../yieldToEvents.js';
import type { IntervalEvaluation, RegressionEvaluation } from './evaluation.js';
import { type PresentTargets, presentTargets, type ScoredRows, weightedMean } from './scoredRows.js';

/** Probabilities of the central intervals. */
const intervals = [0.5, 0.9] as const;

/** What is asked of evaluations of numbers. */
export interface ValueOptions {
  readonly crps: boolean;
  readonly signal: AbortSignal | undefined;
  /** Of each column of the targets: how many of its units one is. */
  readonly scale: readonly number[];
}

/** Metrics of numbers. `components` are the outputs of the program, whose distributions the samples mix. */
export async function evaluateValues(
  scored: ScoredRows<RegressionPrediction>,
  distribution: Pick<Distribution, 'cdf' | 'crps' | 'discrete'> | undefined,
  components: Readonly<Record<string, Float32Array>>,
  options: ValueOptions,
): Promise<RegressionEvaluation> {
  const { prediction, targets, nll } = scored;
  const { rows, samples, outputs, mean } = prediction;
  const present = presentTargets(scored, outputs);
  const { indices, weights } = present;
  const { scale } = options;
  const squares = indices.map((i) => (scale[i % scale.length] * (targets[i] - mean[i])) ** 2);
  const whole = {
    ...{ rows, samples, targets: indices.length, nll, rmse: Math.sqrt(weightedMean(squares, weights)) },
    ...(prediction.interval && { interval: evaluateInterval(prediction.interval, scored, present, scale) }),
    ...(prediction.accepted && { accepted: evaluateAccepted(prediction.accepted, squares, scored, present) }),
  };
  if (distribution === undefined) return { kind: 'regression', ...whole };
  return {
    kind: 'regression',
    ...whole,
    ...(await distributional(scored, present, distribution, components, options)),
  };
}

function evaluateInterval(
  { lower, upper, coverage: probability }: PredictionInterval,
  { targets }: Pick<ScoredRows<unknown>, 'targets'>,
  { indices, weights }: PresentTargets,
  scale: readonly number[],
): IntervalEvaluation {
  const at = (values: ArrayLike<number>) => indices.map((i) => values[i]);
  const inUnits = (values: ArrayLike<number>) => indices.map((i) => scale[i % scale.length] * values[i]);
  return {
    probability,
    coverage: intervalCoverage(at(lower), at(upper), at(targets), { weights }),
    width: intervalWidth(inUnits(lower), inUnits(upper), { weights }),
  };
}

/** `squares` are the squared errors of the targets that are not missing. */
function evaluateAccepted(
  accepted: Uint8Array,
  squares: readonly number[],
  { prediction, weights: ofRows }: ScoredRows<RegressionPrediction>,
  { indices, weights }: PresentTargets,
): RegressionEvaluation['accepted'] {
  const counted = indices.map((i, k) => accepted[Math.floor(i / prediction.outputs)] * (weights?.[k] ?? 1));
  return { share: weightedMean(Array.from(accepted), ofRows), rmse: Math.sqrt(weightedMean(squares, counted)) };
}

/** What needs the whole distribution of each target. */
async function distributional(
  { prediction, targets }: ScoredRows<RegressionPrediction>,
  { indices, weights }: PresentTargets,
  distribution: Pick<Distribution, 'cdf' | 'crps' | 'discrete'>,
  components: Readonly<Record<string, Float32Array>>,
  { crps: scoring, signal, scale }: ValueOptions,
): Promise<Pick<RegressionEvaluation, 'crps' | 'intervals' | 'pit'>> {
  const { mean, epistemicVariance, aleatoricVariance } = prediction;
  const mixtures = mixturesOf(components, mean.length);
  const scoreOf = (i: number) => {
    const parameters: readonly DistributionParameters[] = mixtures.at(i);
    const deviation = Math.sqrt(epistemicVariance[i] + aleatoricVariance[i]) || 1;
    const quantile = (p: number) => mixtureQuantile(p, distribution, parameters, mean[i], deviation);
    return {
      crps: scoring
        ? scale[i % scale.length] * mixtureCrps(targets[i], distribution, parameters, mean[i], deviation)
        : Number.NaN,
      cdf: mixtureCdf(targets[i], distribution, parameters),
      below: distribution.discrete ? mixtureCdf(targets[i] - 1, distribution, parameters) : 0,
      bounds: intervals.map((p) => [quantile((1 - p) / 2), quantile((1 + p) / 2)] as const),
    };
  };
  const each: ReturnType<typeof scoreOf>[] = [];
  for (const i of indices) {
    await yieldToEvents();
    signal?.throwIfAborted();
    each.push(scoreOf(i));
  }
  const wanted = indices.map((i) => targets[i]);
  const cdfs = each.map(({ cdf }) => cdf);
  return {
    ...(scoring && {
      crps: weightedMean(
        each.map(({ crps }) => crps),
        weights,
      ),
    }),
    intervals: intervals.map((probability, k) => {
      const lower = each.map(({ bounds }) => bounds[k][0]);
      const upper = each.map(({ bounds }) => bounds[k][1]);
      const coverage = intervalCoverage(lower, upper, wanted, { weights });
      const units = indices.map((i) => scale[i % scale.length]);
      const [from, to] = [lower, upper].map((ends) => ends.map((end, k) => units[k] * end));
      return { probability, coverage, width: intervalWidth(from, to, { weights }) };
    }),
    pit: pitHistogram(cdfs, { weights, ...(distribution.discrete && { below: each.map(({ below }) => below) }) }),
  };
}
