import { VardropError } from '../errors.js';
import { firstNonFinite } from '../firstNonFinite.js';
import type { ClassificationPrediction, Prediction, RegressionPrediction } from './prediction.js';

/**
 * Makes a prediction of the outputs of `predictionProgram` for all rows. `prefix` begins their names. Throws
 * `VARDROP_NON_FINITE` if they are not finite.
 */
export function assemblePrediction(
  outputs: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
  about: {
    readonly rows: number;
    readonly samples: number;
    readonly prefix: string;
    readonly logVariance: Float32Array | undefined;
  },
): Prediction {
  const own = Object.fromEntries(
    Object.entries(outputs).flatMap(([name, values]) =>
      name.startsWith(about.prefix) ? [[name.slice(about.prefix.length), values]] : [],
    ),
  );
  for (const [name, values] of Object.entries(own)) {
    const bad = firstNonFinite(values);
    if (bad !== -1) {
      throw new VardropError(
        'VARDROP_NON_FINITE',
        `[predict] ${about.prefix}${name}: got ${values[bad]} for row ${Math.floor((bad * about.rows) / values.length)}, needs finite numbers. The parameters have diverged: train with a smaller learning rate, or scale the inputs.`,
      );
    }
  }
  return about.logVariance ? regression(own, about.rows, about.samples, about.logVariance) : classification(own, about);
}

function classification(
  outputs: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
  { rows, samples }: { readonly rows: number; readonly samples: number },
): ClassificationPrediction {
  const { probabilities, entropy: meanEntropy, squaredDeviations } = outputs;
  const classes = probabilities.length / rows;
  const labels = new Int32Array(rows);
  const entropy = new Float64Array(rows);
  const mutualInformation = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let label = 0;
    let sum = 0;
    let spread = 0;
    for (let k = 0; k < classes; k++) {
      const p = probabilities[start + k];
      if (p > probabilities[start + label]) label = k;
      if (p === 0) continue;
      sum -= p * Math.log(p);
      if (samples > 1) spread += squaredDeviations[start + k] / (samples - 1) / p;
    }
    labels[row] = label;
    entropy[row] = Math.max(sum, 0);
    if (samples > 1) {
      const corrected = entropy[row] - meanEntropy[row] + spread / (2 * samples);
      mutualInformation[row] = Math.min(Math.max(corrected, 0), Math.log(classes));
    }
  }
  return { kind: 'classification', rows, classes, samples, probabilities, labels, entropy, mutualInformation };
}

function regression(
  { mean, squaredDeviations }: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
  rows: number,
  samples: number,
  logVariance: Float32Array,
): RegressionPrediction {
  const outputs = mean.length / rows;
  const epistemicVariance = new Float64Array(mean.length);
  if (samples > 1) {
    for (let i = 0; i < mean.length; i++) epistemicVariance[i] = squaredDeviations[i] / (samples - 1);
  }
  const aleatoricVariance = Float64Array.from(mean, (_, i) => Math.exp(logVariance[i % outputs]));
  return { kind: 'regression', rows, outputs, samples, mean, epistemicVariance, aleatoricVariance };
}
