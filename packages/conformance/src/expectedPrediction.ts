import type { ClassificationPrediction, Model, RegressionPrediction, TensorMap } from '@vardrop/core';
import type { Supports } from '@vardrop/core/backend';
import { keyNames, noiseKeys } from '@vardrop/core/extend';
import { bindBatch, createBuilder } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { referenceSources } from './execute.js';
import type { Ledger } from './ledger.js';

/** Unit roundoff of float32. */
const unit = 2 ** -24;

/** Largest normal number that the inverse error function gives in float32. */
const largestNormal = 5.5;

/**
 * A model's outputs under the noise of a prediction in float64, `[rows, outputs]` per sample, and the error that
 * float32 may have.
 */
export interface ExpectedOutputs {
  readonly samples: readonly Float64Array[];
  readonly error: number;
}

/** The arguments of a prediction. */
export interface PredictionCase {
  readonly model: Model;
  readonly parameters: TensorMap;
  readonly inputs: Float32Array;
  readonly seed: number;
  /** 0 predicts with the weights' means. */
  readonly samples: number;
}

/** The model's outputs for each sample. The noise comes directly from the sample's number and the rows' indices. */
export function expectedOutputs(each: PredictionCase, supports: Supports): ExpectedOutputs {
  const { model, parameters, inputs, seed, samples } = each;
  const b = createBuilder('forward');
  const x = b.input('x', ['batch', ...model.inputShape]);
  const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('y', model.apply(b, x, values, samples === 0 ? 'mean' : 'sample'));
  const source = b.build();
  const program = bindBatch(source, inputs.length / model.inputShape[0]);
  const used = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const given: Record<string, ArrayLike<number>> = { x: inputs };
  for (const [name, { data }] of Object.entries(parameters)) if (used.has(name)) given[name] = data;
  return {
    samples: Array.from({ length: Math.max(samples, 1) }, (_, sample) => {
      const keys = noiseKeys(keyNames(source), seed, 'prediction', sample);
      return evaluate(program, { ...referenceSources, inputs: given, keys }).y;
    }),
    error: outputError(each, supports),
  };
}

/**
 * The error that float32 may have in an output of two dense layers, the first with tanh. The error of an input grows by
 * a factor of at most the size of a weight: |θ| plus 5.5 deviations. The deviation is σ, or at most |θ| for
 * multiplicative noise, which has no variances. A sum of n such products rounds each of them `n + …` times, including
 * the noise and its deviation.
 */
function outputError({ parameters, inputs, samples }: PredictionCase, { ulps }: Supports): number {
  const functions = 2 * (ulps.exp + ulps.sqrt + ulps.sigmoid + ulps.softplus + 4);
  const layer = (name: string, largestInput: number, inputError: number): number => {
    const { shape, data } = parameters[`${name}/weights`];
    const bias = parameters[`${name}/bias`].data;
    const logVariance = parameters[`${name}/logVariance`]?.data;
    let most = 0;
    for (let output = 0; output < shape[1]; output++) {
      let reach = 0;
      for (let i = output; i < data.length; i += shape[1]) {
        const size = Math.abs(data[i]);
        const deviation = logVariance ? Math.exp(logVariance[i] / 2) : size;
        reach += size + (samples > 0 ? largestNormal * deviation : 0);
      }
      const rounding = (shape[0] + 8 + functions) * unit * (reach * largestInput + Math.abs(bias[output]));
      most = Math.max(most, reach * inputError + rounding);
    }
    return most;
  };
  const hidden = layer('dense1', Math.max(...inputs.map(Math.abs)), 0);
  return layer('dense2', 1, hidden + 2 * unit * Math.max(ulps.tanh, 1));
}

const range = (length: number) => Array.from({ length }, (_, i) => i);
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]) => sumOf(values) / values.length;

function check(ledger: Ledger, what: string, got: number, wanted: number, bound: number): void {
  const error = Math.abs(got - wanted);
  if (!(error <= bound)) throw new Error(`${what}: got ${got}, wanted ${wanted} ± ${bound}`);
  ledger.compare(error, bound);
}

/** Rejects unless the fields of a prediction have these values. */
function checkFields(got: object, wanted: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(wanted)) {
    const found = (got as Readonly<Record<string, unknown>>)[name];
    const own = typeof found === 'object' ? (found as ArrayLike<number>).length : found;
    if (own !== value) throw new Error(`${name} of the prediction: got ${own}, wanted ${value}`);
  }
}

/** Log probabilities of a row of logits. */
function logSoftmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const logarithm = largest + Math.log(sumOf(logits.map((value) => Math.exp(value - largest))));
  return logits.map((value) => value - logarithm);
}

/**
 * The entropy from probabilities and their logarithms, and its error if each probability has the relative error
 * `relative`.
 */
function entropyOf(p: readonly number[], logarithms: readonly number[], relative: number) {
  return {
    value: -sumOf(p.map((value, k) => value * logarithms[k])),
    error: 1.1 * relative * sumOf(p.map((value, k) => value * (1 - logarithms[k]))),
  };
}

/**
 * Compares a classification with the softmax of float64 outputs: its mean over the samples, the entropy of that mean,
 * and the mutual information `H[E p] − E H[p] + Σ Var p / (2S p̄)`.
 */
export function compareClassification(
  got: ClassificationPrediction,
  { samples, error }: ExpectedOutputs,
  drawn: number,
  classes: number,
  { ulps }: Supports,
  ledger: Ledger,
): void {
  const rows = samples[0].length / classes;
  const counts = { probabilities: rows * classes, labels: rows, entropy: rows, mutualInformation: rows };
  checkFields(got, { kind: 'classification', rows, classes, samples: drawn, ...counts });
  const count = samples.length;
  for (let row = 0; row < rows; row++) {
    const logs = samples.map((y) => logSoftmax([...y.subarray(row * classes, (row + 1) * classes)]));
    const each = logs.map((values) => values.map(Math.exp));
    const smallest = Math.max(...logs.flat().map(Math.abs));
    // Relative errors of a probability: of a sample, and of the mean, which rounds each sample at most 4 times.
    const own = 2 * error + (2 * classes + 8 + 4 * (ulps.exp + ulps.log)) * unit * (1 + smallest);
    const relative = own + 4 * (count + 1) * unit;
    const p = range(classes).map((k) => meanOf(each.map((values) => values[k])));
    p.forEach((value, k) => {
      check(ledger, `probability ${k} of row ${row}`, got.probabilities[row * classes + k], value, relative * value);
    });
    const label = got.labels[row];
    const best = Math.max(...p);
    if (!(best - p[label] <= 2 * relative * best)) {
      throw new Error(`label of row ${row}: got ${label}, wanted ${p.indexOf(best)}, the most probable`);
    }
    const entropy = entropyOf(p, p.map(Math.log), relative);
    check(ledger, `entropy of row ${row}`, got.entropy[row], entropy.value, entropy.error);
    if (drawn < 2) {
      check(ledger, `mutual information of row ${row}`, got.mutualInformation[row], 0, 0);
      continue;
    }
    const entropies = each.map((values, s) => entropyOf(values, logs[s], relative));
    const spreads = p.map((average, k) => {
      const deviations = each.map((values) => Math.abs(values[k] - average));
      const moved = 2 * relative * Math.max(...each.map((values) => values[k]));
      const scale = 1 / ((count - 1) * average * 2 * count);
      const value = scale * sumOf(deviations.map((d) => d ** 2));
      const off = scale * sumOf(deviations.map((d) => (2 * d + moved) * moved));
      return { value, error: off + (relative + (count + 6) * unit) * value };
    });
    const value = entropy.value - meanOf(entropies.map((e) => e.value)) + sumOf(spreads.map((s) => s.value));
    const bound = entropy.error + meanOf(entropies.map((e) => e.error)) + sumOf(spreads.map((s) => s.error));
    const wanted = Math.min(Math.max(value, 0), Math.log(classes));
    check(ledger, `mutual information of row ${row}`, got.mutualInformation[row], wanted, bound);
  }
}

/** Compares a regression with float64 outputs: their mean, their unbiased variance, and the learned variance. */
export function compareRegression(
  got: RegressionPrediction,
  { samples, error }: ExpectedOutputs,
  drawn: number,
  logVariance: ArrayLike<number>,
  { ulps }: Supports,
  ledger: Ledger,
): void {
  const outputs = logVariance.length;
  const length = samples[0].length;
  const counts = { mean: length, epistemicVariance: length, aleatoricVariance: length };
  checkFields(got, { kind: 'regression', rows: length / outputs, outputs, samples: drawn, ...counts });
  const count = samples.length;
  for (let i = 0; i < length; i++) {
    const at = `output ${i % outputs} of row ${Math.floor(i / outputs)}`;
    const each = samples.map((y) => y[i]);
    const mean = meanOf(each);
    const off = error + 4 * (count + 1) * unit * Math.max(...each.map(Math.abs));
    check(ledger, `mean of ${at}`, got.mean[i], mean, off);
    const deviations = each.map((value) => Math.abs(value - mean));
    const variance = drawn < 2 ? 0 : sumOf(deviations.map((d) => d ** 2)) / (count - 1);
    const bound =
      drawn < 2
        ? 0
        : sumOf(deviations.map((d) => (2 * d + 2 * off) * 2 * off)) / (count - 1) + (count + 6) * unit * variance;
    check(ledger, `variance over the samples of ${at}`, got.epistemicVariance[i], variance, bound);
    const learned = Math.exp(logVariance[i % outputs]);
    check(
      ledger,
      `learned variance of ${at}`,
      got.aleatoricVariance[i],
      learned,
      (ulps.exp + 4 * (count + 1)) * unit * learned,
    );
  }
}
