import type { Likelihood, LikelihoodValues } from '@vardrop/core';
import { type Builder, elementCount, type Value } from '@vardrop/core/program';
import { coreModels } from '../../src/models.js';
import { model } from './model.js';
import type { Mutant } from './mutant.js';

type Options = Readonly<Record<string, unknown>>;
type Loss = Likelihood['negativeLogLikelihood'];

/** One likelihood, made wrong where its options say so; all others are right. */
const likelihood = (
  defect: string,
  kind: string,
  change: (right: Likelihood, options: Options) => Partial<Likelihood>,
  where: (options: Options) => boolean = () => true,
): Mutant =>
  model(defect, 'likelihoods', {
    likelihood(name, options) {
      const right = coreModels.likelihood(name, options);
      return name === kind && where(options as Options) ? { ...right, ...change(right, options as Options) } : right;
    },
  });

/** Another negative log likelihood, computed from the right one. */
const losing = (change: (b: Builder, loss: Value, output: Value, target: Value) => Value) => (right: Likelihood) => ({
  negativeLogLikelihood: ((b, output, target, parameters) =>
    change(b, right.negativeLogLikelihood(b, output, target, parameters), output, target)) satisfies Loss,
});

/** The right likelihood, which sees other outputs, targets and parameters. */
const seeing =
  (
    see: (b: Builder, output: Value, target: Value, own: LikelihoodValues) => readonly [Value, Value, LikelihoodValues],
  ) =>
  (right: Likelihood) => ({
    negativeLogLikelihood: ((b, output, target, parameters) =>
      right.negativeLogLikelihood(b, ...see(b, output, target, parameters))) satisfies Loss,
  });

/** Other variances of predictions. */
const spreading = (change: (b: Builder, variance: Value, mean: Value) => Value) => (right: Likelihood) => ({
  predictive: ((b, output, parameters) => {
    const found = right.predictive(b, output, parameters);
    return found.kind === 'values' ? { ...found, variance: change(b, found.variance, found.mean) } : found;
  }) satisfies Likelihood['predictive'],
});

/** What is left out of each of the numbers of a row. */
const without = (constant: number) =>
  losing((b, loss, _, target) => b.sub(loss, constant * elementCount(target.shape.slice(1))));

const halves = (b: Builder, output: Value) => {
  const last = output.shape.length - 1;
  const half = (output.shape[last] as number) / 2;
  const part = (start: number, end: number) =>
    b.slice(output, [...output.shape.slice(1).map(() => undefined), { start, end }]);
  return [part(0, half), part(half, 2 * half)] as const;
};
const skips = ({ missing }: Options) => missing === 'skip';
const refuses = (options: Options) => !skips(options);
const learned = ({ variance, scale }: Options) => variance === undefined && scale === undefined;
const ofNetwork = ({ variance, scale }: Options) => variance === 'output' || scale === 'output';

/** A weight of β with a gradient, or of another power. */
const weighing =
  (power: (beta: number) => number, stops: boolean) =>
  (_: Likelihood, { beta }: Options) => ({
    trainingLoss: ((b, output, target) => {
      const [mean, logVariance] = halves(b, output);
      const square = b.square(b.sub(target, mean));
      const terms = b.add(b.mul(square, b.exp(b.neg(logVariance))), b.add(logVariance, Math.log(2 * Math.PI)));
      const weight = b.exp(b.mul(power(beta as number), logVariance));
      const axes = target.shape.map((_, axis) => axis).slice(1);
      return b.mul(0.5, b.reduceSum(b.mul(stops ? b.stopGradient(weight) : weight, terms), axes));
    }) satisfies Loss,
  });
const weighted = ({ beta = 0, missing }: Options) => (beta as number) > 0 && missing === undefined;

/** The defects that likelihoods of one's own have. */
export const likelihoodMutants: readonly Mutant[] = [
  likelihood(
    'the log likelihood without its minus',
    'poisson',
    losing((b, loss) => b.neg(loss)),
  ),
  likelihood(
    'the mean over the classes in place of the sum',
    'categorical',
    losing((b, loss, output) => b.div(loss, output.shape[1] as number)),
  ),
  likelihood(
    'the mean over the outputs in place of the sum',
    'gaussian',
    losing((b, loss, _, target) => b.div(loss, elementCount(target.shape.slice(1)))),
    refuses,
  ),
  likelihood('log 2π left out', 'gaussian', without(Math.log(2 * Math.PI) / 2), refuses),
  likelihood('log 2 left out', 'laplace', without(Math.LN2), refuses),
  likelihood('the constant of the t distribution left out', 'studentT', without(Math.log(2 * Math.PI) / 2), refuses),
  likelihood(
    'log y! left out',
    'poisson',
    losing((b, loss, _, target) =>
      b.sub(loss, b.reduceSum(b.special('lgamma', b.add(target, 1)), target.shape.map((_, axis) => axis).slice(1))),
    ),
    refuses,
  ),
  likelihood(
    'the logarithm of a variance taken for that of a deviation',
    'gaussian',
    seeing((b, output, target, { logVariance }) => [output, target, { logVariance: b.mul(2, logVariance) }]),
    learned,
  ),
  likelihood(
    'scales of outputs changed round',
    'laplace',
    seeing((b, output, target, { logScale }) => [
      output,
      target,
      {
        logScale: b.slice(
          logScale,
          logScale.shape.map((_, axis) => (axis === logScale.shape.length - 1 ? { step: -1 } : undefined)),
        ),
      },
    ]),
    learned,
  ),
  likelihood(
    'scales first, and then the locations',
    'studentT',
    seeing((b, output, target, own) => [b.concatenate([...halves(b, output)].reverse(), -1), target, own]),
    ofNetwork,
  ),
  likelihood(
    'the weight of β with a gradient',
    'gaussian',
    weighing((beta) => beta, false),
    weighted,
  ),
  likelihood(
    'β taken for the power of the deviation',
    'gaussian',
    weighing((beta) => beta / 2, true),
    weighted,
  ),
  likelihood(
    'β in the likelihood',
    'gaussian',
    (right) => ({ negativeLogLikelihood: right.trainingLoss ?? right.negativeLogLikelihood }),
    weighted,
  ),
  likelihood(
    'smoothing in the likelihood',
    'categorical',
    (right) => ({ negativeLogLikelihood: right.trainingLoss ?? right.negativeLogLikelihood }),
    ({ labelSmoothing }) => labelSmoothing !== undefined,
  ),
  likelihood(
    'smoothing forgotten',
    'categorical',
    (right) => ({ trainingLoss: right.negativeLogLikelihood }),
    ({ labelSmoothing }) => labelSmoothing !== undefined,
  ),
  ...['binary', 'gaussian', 'laplace', 'poisson', 'studentT'].map((kind) =>
    likelihood(
      `missing targets of ${kind} taken for 0`,
      kind,
      (right, { missing: _, ...others }) => ({
        negativeLogLikelihood: (b, output, target, parameters) =>
          coreModels
            .likelihood(right.name, others)
            .negativeLogLikelihood(b, output, b.selectGreater(target, -1e30, target, 0), parameters),
      }),
      skips,
    ),
  ),
  likelihood(
    'missing targets left as they are',
    'laplace',
    (right, { missing: _, ...others }) => ({
      negativeLogLikelihood: coreModels.likelihood(right.name, others).negativeLogLikelihood,
    }),
    skips,
  ),
  likelihood(
    'the part of no forgotten',
    'binary',
    () => ({
      negativeLogLikelihood: (b, output, target) =>
        b.reduceSum(b.mul(target, b.softplus(b.neg(output))), target.shape.map((_, axis) => axis).slice(1)),
    }),
    refuses,
  ),
  likelihood('probabilities of no and yes changed round', 'binary', (right) => ({
    predictive: (b, output, parameters) => right.predictive(b, b.neg(output), parameters),
  })),
  likelihood(
    'outputs that grow towards the first class',
    'ordinal',
    seeing((b, output, target, own) => [b.neg(output), target, own]),
  ),
  likelihood(
    'increments before softplus taken for steps',
    'ordinal',
    seeing((b, output, target, { firstCut, increments }) => [
      output,
      target,
      // softplus of this is the increment itself, where it is above 0.
      { firstCut, increments: b.log(b.max(b.sub(b.exp(increments), 1), 2 ** -60)) },
    ]),
    ({ classes }) => (classes as number) > 2,
  ),
  likelihood(
    'a rate in place of its logarithm',
    'poisson',
    seeing((b, output, target, own) => [b.log(b.max(output, 2 ** -60)), target, own]),
    refuses,
  ),
  likelihood(
    'learned degrees of freedom without the 2',
    'studentT',
    seeing((b, output, target, own) => [
      output,
      target,
      { ...own, logExcess: b.log(b.max(b.sub(b.exp(own.logExcess), 2), 2 ** -20)) },
    ]),
    ({ degreesOfFreedom }) => degreesOfFreedom === 'learned',
  ),
  likelihood(
    'a loss that trains nothing',
    'ordinal',
    losing((b, loss) => b.stopGradient(loss)),
  ),
  likelihood(
    'a scale taken for a variance',
    'laplace',
    spreading((b, variance) => b.sqrt(b.div(variance, 2))),
  ),
  likelihood(
    'the variance s² of a t distribution',
    'studentT',
    spreading((b, variance) => b.mul(variance, 13 / 15)),
    ({ degreesOfFreedom }) => degreesOfFreedom === 15,
  ),
  likelihood(
    'deviations in place of variances',
    'gaussian',
    spreading((b, variance) => b.sqrt(variance)),
    ofNetwork,
  ),
  likelihood(
    'the deviation of counts for their variance',
    'poisson',
    spreading((b, _, mean) => b.sqrt(mean)),
  ),
];
