import {
  type BinaryPrediction,
  type ClassificationPrediction,
  type PredictionSets,
  type RegressionPrediction,
  VardropError,
} from '@vardrop/core';
import type { Task } from '../data/task.js';
import type { CsvColumn } from '../files/csv.js';

/** Quantiles of predictions of numbers: the median, and the ends of the 90 % interval. */
export const quantiles = [0.05, 0.5, 0.95];

type Names = Pick<Task, 'targets' | 'classes'>;

/**
 * Predictions as columns of a table, with their uncertainty: probabilities, entropy and mutual information in nats; of numbers the
 * mean, deviations and quantiles, in the units of their columns; and what a calibration has added: sets, intervals, whether a row is accepted.
 *
 * @param who the command, as errors name it.
 * @throws VardropError `VARDROP_TASK` for predictions of several outputs.
 */
export function predictionColumns(who: string, predicted: object, names: Names): readonly CsvColumn[] {
  const prediction = predicted as ClassificationPrediction | BinaryPrediction | RegressionPrediction;
  switch (prediction.kind) {
    case 'classification':
      return [...classColumns(prediction, names), ...acceptedColumns(prediction)];
    case 'binary': {
      const { targets, classes } = names;
      const each = targets.flatMap((name, output) => answerColumns(prediction, name, classes[output], output));
      return [...each, ...acceptedColumns(prediction)];
    }
    case 'regression': {
      const each = names.targets.flatMap((name, output) => numberColumns(prediction, name, output));
      return [...each, ...acceptedColumns(prediction)];
    }
    default:
      throw new VardropError('VARDROP_TASK', `[${who}] network: got several outputs, needs a network with one.`);
  }
}

function classColumns(prediction: ClassificationPrediction, { targets, classes }: Names): readonly CsvColumn[] {
  const { probabilities, labels, entropy, mutualInformation } = prediction;
  const names = classes[0] ?? Array.from({ length: prediction.classes }, (_, label) => `${label}`);
  return [
    { name: targets[0], values: Array.from(labels, (label) => names[label]) },
    ...names.map((name, label) => ({
      name: `probability ${name}`,
      values: strided(probabilities, label, names.length),
    })),
    { name: 'entropy', values: entropy },
    { name: 'mutual information', values: mutualInformation },
    ...(prediction.sets ? [{ name: 'set', values: setsOf(prediction.sets, names) }] : []),
  ];
}

/** The names of each set's classes. */
function setsOf({ members, sizes }: PredictionSets, names: readonly string[]): readonly string[] {
  return Array.from(sizes, (_, row) =>
    names.filter((__, label) => members[row * names.length + label] === 1).join(' | '),
  );
}

/** Whether rows are accepted, where the network says it. */
function acceptedColumns({ accepted }: { readonly accepted?: Uint8Array }): readonly CsvColumn[] {
  return accepted ? [{ name: 'accepted', values: Array.from(accepted, (yes) => (yes === 1 ? 'yes' : 'no')) }] : [];
}

function answerColumns(
  { probabilities, labels, entropy, mutualInformation, outputs }: BinaryPrediction,
  name: string,
  classes: readonly string[] = ['0', '1'],
  output: number,
): readonly CsvColumn[] {
  const own = (values: ArrayLike<number>) => strided(values, output, outputs);
  const prefix = outputs === 1 ? '' : `${name} `;
  return [
    { name, values: own(labels).map((label) => classes[label]) },
    { name: `${prefix}probability ${classes[1]}`, values: own(probabilities) },
    { name: `${prefix}entropy`, values: own(entropy) },
    { name: `${prefix}mutual information`, values: own(mutualInformation) },
  ];
}

function numberColumns(prediction: RegressionPrediction, name: string, output: number): readonly CsvColumn[] {
  const { outputs, mean, aleatoricVariance, epistemicVariance, quantiles: given, interval } = prediction;
  const own = (values: ArrayLike<number>) => strided(values, output, outputs);
  const noise = own(aleatoricVariance);
  const weights = own(epistemicVariance);
  const deviations = (variances: readonly number[]) => variances.map((variance) => Math.sqrt(variance));
  const count = quantiles.length;
  return [
    { name, values: own(mean) },
    { name: `${name} deviation`, values: deviations(noise.map((variance, row) => variance + weights[row])) },
    { name: `${name} noise`, values: deviations(noise) },
    { name: `${name} weights`, values: deviations(weights) },
    ...(given
      ? quantiles.map((p, i) => ({
          name: `${name} quantile ${p}`,
          values: strided(given, output * count + i, outputs * count),
        }))
      : []),
    ...(interval
      ? [
          { name: `${name} lower`, values: own(interval.lower) },
          { name: `${name} upper`, values: own(interval.upper) },
        ]
      : []),
  ];
}

/** Every `step`th of the values from `first` on. */
function strided(values: ArrayLike<number>, first: number, step: number): readonly number[] {
  return Array.from({ length: values.length / step }, (_, row) => values[row * step + first]);
}
