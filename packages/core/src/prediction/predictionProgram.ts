import { allTensors } from '../allParameters.js';
import { declareInputs, declareParameters } from '../layers/model/declare.js';
import type { Model } from '../layers/model/model.js';
import { type MomentsOptions, momentsOf } from '../layers/model/momentsOf.js';
import type { Moments } from '../layers/moments.js';
import { type Head, headsOf, likelihoodValues, targetName } from '../likelihoods/heads.js';
import type { ClassesPredictive, Predictive, ValuesPredictive } from '../likelihoods/predictive.js';
import { drawParameters, type ParameterPosterior, spreadOf } from '../posteriors/index.js';
import { type Builder, createBuilder, type Value } from '../program/builder.js';
import type { Program } from '../program/program.js';

/**
 * `sample`: noise is drawn, and averages are carried. `mean`: one pass with the weights' means. `moments`: one pass with means and
 * variances, then points of the outputs' distribution, and averages over these are carried.
 */
export type PredictionMode = 'sample' | 'mean' | 'moments';

/** What a prediction gives for each sample, beside the averages. */
export interface PredictionDetails {
  /** `negativeLogLikelihood` `[batch]` of targets `y` `[batch, …targetShape]`, which are then inputs of role `shared`. */
  readonly score?: boolean;
  /** `component/<name>` `[batch, …targetShape]`: the parameters of the distributions of numbers. */
  readonly components?: boolean;
  /**
   * What parameters each sample draws first. In mode `mean` it draws none; in mode `moments` it adds a variance in closed form, where it has
   * one (last-layer Laplace).
   */
  readonly posterior?: ParameterPosterior;
  /** In mode `moments`: how they are carried. */
  readonly moments?: MomentsOptions;
}

/**
 * Prediction as one program. Inputs of role `shared`: the model's by name (`x` `[batch, …inputShape]`), every parameter of the
 * model and of its likelihoods that is read, and what the model carries beside them.
 *
 * In mode `sample` one iteration is one Monte-Carlo sample, with keys of its own: iteration k (from 1) is given the scalar
 * `weight` 1/k. Running means are carried, starting from zeros: for classes `probabilities` `[batch, classes]` (binary targets:
 * `[batch, …targetShape, 2]`) and `entropy` `[batch]` (`[batch, …targetShape]`), the mean entropy of a sample in nats; for numbers
 * `mean` and `variance` `[batch, …targetShape]`, the mean variance given a sample; and for both `squaredDeviations`, of the shape of
 * the probabilities or the mean: the sum of squared deviations from it (Welford 1962). `summaryProgram` computes the prediction from
 * them. In mode `moments` it is the same, with points of the outputs' Gaussian distribution (`momentsProgram`) instead of samples: an
 * iteration is given `points/<output>` `[…outputShape]` for each uncertain output too, standard normal numbers that all rows share (`standardPoints`).
 * All else is the same in all iterations. In mode `mean` the outputs are `probabilities`, or `mean` and `variance`. Of a model with several outputs these names begin
 * with that of the output: `<output>/probabilities`. `details` are outputs of each iteration. The tensors of a posterior are inputs of role
 * `shared` too, `posterior/<name>`.
 *
 * Throws what `headsOf` throws, in mode `moments` what `momentsProgram` throws, and `VARDROP_POSTERIOR` for an unknown posterior.
 */
export function predictionProgram(model: Model, mode: PredictionMode, details: PredictionDetails = {}): Program {
  const heads = headsOf('prediction', model);
  const b = createBuilder(`prediction (${mode})`);
  const inputs = declareInputs(b, model);
  const own = declareParameters(b, allTensors(model));
  const weight = mode === 'mean' ? undefined : b.input('weight', [], 'iteration');
  const drawsParameters = mode === 'sample' && weight !== undefined && details.posterior !== undefined;
  const values = drawsParameters ? drawParameters(b, model, own, details.posterior, numberOf(b, weight)) : own;
  const added = mode === 'moments' && details.posterior ? spreadOf(b, model, details.posterior) : undefined;
  const outputs =
    mode === 'moments'
      ? outputsAtPoints(b, momentsOf(b, model, inputs, values, details.moments ?? {}, added))
      : model.forward(b, inputs, values, mode).outputs;
  for (const head of heads) {
    const output = outputs[head.output.name];
    const { likelihood, prefix } = head;
    const ofLikelihood = likelihoodValues(head, values);
    const predictive = likelihood.predictive(b, output, ofLikelihood);
    if (weight) carryPredictive(b, head, predictive, weight);
    else outputPredictive(b, head, predictive);
    if (details.score) {
      const target = b.input(targetName(head), ['batch', ...head.targetShape]);
      b.output(`${prefix}negativeLogLikelihood`, likelihood.negativeLogLikelihood(b, output, target, ofLikelihood));
    }
    if (details.components && predictive.kind === 'values') {
      for (const [name, value] of Object.entries(predictive.parameters ?? {}))
        b.output(`${prefix}component/${name}`, b.broadcast(value, predictive.mean.shape));
    }
  }
  return b.build();
}

/** The outputs of a model at one point of their distribution. */
function outputsAtPoints(b: Builder, moments: Readonly<Record<string, Moments>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(moments).map(([name, { mean, variance }]) => {
      if (variance === undefined) return [name, mean];
      const point = b.input(`${pointsInput}${name}`, mean.shape.slice(1), 'iteration');
      return [name, b.add(mean, b.mul(b.sqrt(variance), point))];
    }),
  );
}

/** How the inputs begin that hold the points of an output. */
export const pointsInput = 'points/';

/** The number of a sample, from 0, of its weight in the running means. */
function numberOf(b: Builder, weight: Value): Value {
  return b.sub(b.round(b.div(1, weight)), 1);
}

/** The outputs of one pass with the weights' means. */
function outputPredictive(b: Builder, { prefix }: Head, predictive: Predictive): void {
  switch (predictive.kind) {
    case 'classes':
      b.output(`${prefix}probabilities`, b.exp(predictive.logProbabilities));
      return;
    case 'values':
      b.output(`${prefix}mean`, predictive.mean);
      b.output(`${prefix}variance`, b.broadcast(predictive.variance, predictive.mean.shape));
  }
}

/** Carries the averages of one output over the samples. */
function carryPredictive(b: Builder, { prefix }: Head, predictive: Predictive, weight: Value): void {
  switch (predictive.kind) {
    case 'classes':
      carryClasses(b, prefix, predictive, weight);
      return;
    case 'values':
      carryValues(b, prefix, predictive, weight);
  }
}

function carryClasses(b: Builder, prefix: string, { logProbabilities }: ClassesPredictive, weight: Value): void {
  const probabilities = b.exp(logProbabilities);
  // From the logarithms, so that a probability that underflows adds 0 and not 0 · −∞.
  const entropy = b.neg(b.reduceSum(b.mul(probabilities, logProbabilities), [probabilities.shape.length - 1]));
  carryMean(b, `${prefix}entropy`, entropy, weight);
  carrySpread(b, prefix, 'probabilities', probabilities, weight);
}

function carryValues(b: Builder, prefix: string, { mean, variance }: ValuesPredictive, weight: Value): void {
  carryMean(b, `${prefix}variance`, b.broadcast(variance, mean.shape), weight);
  carrySpread(b, prefix, 'mean', mean, weight);
}

/** Carries the mean of `value` over the iterations. With weights of 1/k no mean of non-negative values falls below 0. */
function carryMean(b: Builder, name: string, value: Value, weight: Value): { before: Value; after: Value } {
  const before = b.input(name, value.shape, 'carried');
  const after = b.add(before, b.mul(b.sub(value, before), weight));
  b.output(name, after);
  return { before, after };
}

/** Carries the mean of `value` and the sum of squared deviations from it. */
function carrySpread(b: Builder, prefix: string, name: string, value: Value, weight: Value): void {
  const { before, after } = carryMean(b, `${prefix}${name}`, value, weight);
  const squares = b.input(`${prefix}squaredDeviations`, value.shape, 'carried');
  b.output(`${prefix}squaredDeviations`, b.add(squares, b.mul(b.sub(value, before), b.sub(value, after))));
}
