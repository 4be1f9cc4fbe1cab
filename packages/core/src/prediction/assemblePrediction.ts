import type { Distribution } from '../distributions/distribution.js';
import { mixtureQuantile } from '../distributions/mixtureQuantile.js';
import { VardropError } from '../errors.js';
import { firstNonFinite } from '../firstNonFinite.js';
import type { TargetKind } from '../likelihoods/likelihood.js';
import { mixturesOf } from './mixtures.js';
import type { BinaryPrediction, ClassificationPrediction, Prediction, RegressionPrediction } from './prediction.js';

/** What is known of a prediction beside its numbers. */
interface About {
  readonly rows: number;
  readonly samples: number;
  /** Which quantiles of numbers, and what they are computed by. Default: none. */
  readonly quantiles?: readonly number[];
  readonly distribution?: Pick<Distribution, 'cdf' | 'discrete'>;
}

/** Outputs of `predictionProgram` for all rows, by name. */
type Outputs = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/**
 * Makes a prediction of the outputs of `predictionProgram` for all rows. `prefix` begins their names. Throws
 * `VARDROP_NON_FINITE` if they are not finite.
 */
export function assemblePrediction(
  outputs: Outputs,
  about: About & { readonly prefix: string; readonly targets: TargetKind },
): Prediction {
  const own = outputsOf(outputs, about.prefix);
  for (const [name, values] of Object.entries(own)) {
    const bad = firstNonFinite(values);
    if (bad !== -1) {
      throw new VardropError(
        'VARDROP_NON_FINITE',
        `[predict] ${about.prefix}${name}: got ${values[bad]} for row ${rowOf(bad, name, values.length, about)}, needs finite numbers. The parameters have diverged: train with a smaller learning rate, or scale the inputs.`,
      );
    }
  }
  switch (about.targets) {
    case 'labels':
      return classification(own, about);
    case 'binary':
      return binary(own, about);
    case 'values':
    case 'counts':
      return regression(own, about);
  }
}

/** The outputs of a program that belong to one output of the model, by their names without the prefix. */
export function outputsOf(outputs: Outputs, prefix: string): Outputs {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, values]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [],
    ),
  );
}

/** The row of a number. What each sample has for itself is `[samples, rows, …]`, all else `[rows, …]`. */
function rowOf(index: number, name: string, length: number, { rows, samples }: About): number {
  const ofEach = name === 'negativeLogLikelihood' || name.startsWith('component/');
  const perRow = length / rows / (ofEach ? Math.max(samples, 1) : 1);
  return Math.floor(index / perRow) % rows;
}

function classification(outputs: Outputs, { rows, samples }: About): ClassificationPrediction {
  const { probabilities } = outputs;
  const classes = probabilities.length / rows;
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    for (let k = 1; k < classes; k++)
      if (probabilities[start + k] > probabilities[start + labels[row]]) labels[row] = k;
  }
  const uncertainty = uncertainties(outputs, rows, classes, samples);
  return { kind: 'classification', rows, classes, samples, probabilities, labels, ...uncertainty };
}

function binary(outputs: Outputs, { rows, samples }: About): BinaryPrediction {
  const count = outputs.probabilities.length / 2;
  const probabilities = Float32Array.from({ length: count }, (_, i) => outputs.probabilities[2 * i + 1]);
  const labels = Int32Array.from(probabilities, (p) => (p > 0.5 ? 1 : 0));
  const uncertainty = uncertainties(outputs, count, 2, samples);
  return { kind: 'binary', rows, outputs: count / rows, samples, probabilities, labels, ...uncertainty };
}

/** Entropy and mutual information of `count` distributions over `classes`. */
function uncertainties(outputs: Outputs, count: number, classes: number, samples: number) {
  const { probabilities, entropy: meanEntropy, squaredDeviations } = outputs;
  const entropy = new Float64Array(count);
  const mutualInformation = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    let spread = 0;
    for (let k = i * classes; k < (i + 1) * classes; k++) {
      const p = probabilities[k];
      if (p === 0) continue;
      sum -= p * Math.log(p);
      if (samples > 1) spread += squaredDeviations[k] / (samples - 1) / p;
    }
    entropy[i] = Math.max(sum, 0);
    if (samples > 1) {
      const corrected = entropy[i] - meanEntropy[i] + spread / (2 * samples);
      mutualInformation[i] = Math.min(Math.max(corrected, 0), Math.log(classes));
    }
  }
  return { entropy, mutualInformation };
}

function regression(own: Outputs, about: About): RegressionPrediction {
  const { mean, variance, squaredDeviations } = own;
  const { rows, samples } = about;
  const outputs = mean.length / rows;
  const epistemicVariance = new Float64Array(mean.length);
  if (samples > 1) {
    for (let i = 0; i < mean.length; i++) epistemicVariance[i] = squaredDeviations[i] / (samples - 1);
  }
  const moments = { mean, epistemicVariance, aleatoricVariance: Float64Array.from(variance) };
  const quantiles = quantilesOf(own, moments, about);
  return { kind: 'regression', rows, outputs, samples, ...moments, ...(quantiles && { quantiles }) };
}

function quantilesOf(
  outputs: Outputs,
  {
    mean,
    epistemicVariance,
    aleatoricVariance,
  }: Pick<RegressionPrediction, 'mean' | 'epistemicVariance' | 'aleatoricVariance'>,
  { quantiles = [], distribution }: About,
): Float64Array<ArrayBuffer> | undefined {
  if (quantiles.length === 0 || distribution === undefined) return undefined;
  const mixtures = mixturesOf(outputs, mean.length);
  const found = new Float64Array(mean.length * quantiles.length);
  for (let i = 0; i < mean.length; i++) {
    const components = mixtures.at(i);
    // Where it underflows, the search begins with any step.
    const deviation = Math.sqrt(epistemicVariance[i] + aleatoricVariance[i]) || 1;
    quantiles.forEach((p, k) => {
      found[i * quantiles.length + k] = mixtureQuantile(p, distribution, components, mean[i], deviation);
    });
  }
  return found;
}
