import { VardropError } from '../errors.js';
import { declareInputs, declareParameters } from '../layers/declare.js';
import type { Model } from '../layers/model.js';
import { type Likelihood, logSoftmax } from '../likelihood.js';
import { likelihoodParameters } from '../likelihoodParameters.js';
import { type Builder, createBuilder, type Value } from '../program/builder.js';
import type { Program } from '../program/program.js';

/** `sample`: noise is drawn, and averages are carried. `mean`: one pass with the weights' means. */
export type PredictionMode = 'sample' | 'mean';

/**
 * Prediction as one program. Inputs of role `shared`: `x` `[batch, …inputShape]` and every parameter of the model.
 *
 * In mode `sample` one iteration is one Monte-Carlo sample, with keys of its own: iteration k (from 1) is given the scalar
 * `weight` 1/k. Running means are carried, starting from zeros: for labels `probabilities` `[batch, classes]` and `entropy`
 * `[batch]`, the mean entropy of a sample in nats; for values `mean`; and for both `squaredDeviations` `[batch, …outputShape]`,
 * the sum of squared deviations from the mean (Welford 1962). `summaryProgram` computes the prediction from them. In mode
 * `mean` the outputs are `probabilities`, or `mean`.
 *
 * Throws `VARDROP_SHAPE` for labels unless the outputs are `[batch, classes]`.
 */
export function predictionProgram(model: Model, likelihood: Likelihood, mode: PredictionMode): Program {
  // Called only to check that the outputs fit the likelihood.
  likelihoodParameters(likelihood, model.outputShape);
  if (likelihood.targets === 'labels' && model.outputShape.length !== 1) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[prediction] outputs: got [batch, ${model.outputShape.join(', ')}], needs [batch, classes] for labels. End the model with dense({ units: classes }), after flatten() where there are more axes.`,
    );
  }
  const b = createBuilder(`prediction (${mode})`);
  const inputs = declareInputs(b, model);
  const values = declareParameters(b, [...model.parameters, ...model.carried]);
  const output = model.forward(b, inputs, values, mode).outputs[model.outputs[0].name];
  if (mode === 'mean') {
    if (likelihood.targets === 'values') b.output('mean', output);
    else b.output('probabilities', b.exp(logSoftmax(b, output)));
    return b.build();
  }
  const weight = b.input('weight', [], 'iteration');
  if (likelihood.targets === 'labels') {
    const logProbabilities = logSoftmax(b, output);
    const probabilities = b.exp(logProbabilities);
    // From the logarithms, so that a probability that underflows adds 0 and not 0 · −∞.
    const entropy = b.neg(b.reduceSum(b.mul(probabilities, logProbabilities), [1]));
    carryMean(b, 'entropy', entropy, weight);
    carrySpread(b, 'probabilities', probabilities, weight);
  } else {
    carrySpread(b, 'mean', output, weight);
  }
  return b.build();
}

/** Carries the mean of `value` over the iterations. With weights of 1/k no mean of non-negative values falls below 0. */
function carryMean(b: Builder, name: string, value: Value, weight: Value): { before: Value; after: Value } {
  const before = b.input(name, value.shape, 'carried');
  const after = b.add(before, b.mul(b.sub(value, before), weight));
  b.output(name, after);
  return { before, after };
}

/** Carries the mean of `value` and the sum of squared deviations from it. */
function carrySpread(b: Builder, name: string, value: Value, weight: Value): void {
  const { before, after } = carryMean(b, name, value, weight);
  const squares = b.input('squaredDeviations', value.shape, 'carried');
  b.output('squaredDeviations', b.add(squares, b.mul(b.sub(value, before), b.sub(value, after))));
}
