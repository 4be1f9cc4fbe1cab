import { VardropError } from '../errors.js';
import { type Head, headsOf, type Likelihoods } from '../heads.js';
import { declareInputs, declareParameters } from '../layers/model/declare.js';
import type { Model } from '../layers/model/model.js';
import { logSoftmax } from '../likelihood.js';
import { likelihoodParameters } from '../likelihoodParameters.js';
import { type Builder, createBuilder, type Value } from '../program/builder.js';
import type { Program } from '../program/program.js';

/** `sample`: noise is drawn, and averages are carried. `mean`: one pass with the weights' means. */
export type PredictionMode = 'sample' | 'mean';

/**
 * Prediction as one program. Inputs of role `shared`: the model's by name (`x` `[batch, …inputShape]`), every parameter of the
 * model, and what it carries beside them.
 *
 * In mode `sample` one iteration is one Monte-Carlo sample, with keys of its own: iteration k (from 1) is given the scalar
 * `weight` 1/k. Running means are carried, starting from zeros: for labels `probabilities` `[batch, classes]` and `entropy`
 * `[batch]`, the mean entropy of a sample in nats; for values `mean`; and for both `squaredDeviations` `[batch, …outputShape]`,
 * the sum of squared deviations from the mean (Welford 1962). `summaryProgram` computes the prediction from them. In mode
 * `mean` the outputs are `probabilities`, or `mean`. Of a model with several outputs these names begin with that of the output:
 * `<output>/probabilities`.
 *
 * Throws `VARDROP_SHAPE` for labels unless the outputs are `[batch, classes]`, and what `headsOf` throws.
 */
export function predictionProgram(model: Model, likelihoods: Likelihoods, mode: PredictionMode): Program {
  const heads = headsOf('prediction', model, likelihoods);
  heads.forEach(checkHead);
  const b = createBuilder(`prediction (${mode})`);
  const inputs = declareInputs(b, model);
  const values = declareParameters(b, [...model.parameters, ...model.carried]);
  const { outputs } = model.forward(b, inputs, values, mode);
  if (mode === 'mean') {
    for (const { prefix, output, likelihood } of heads) {
      const value = outputs[output.name];
      if (likelihood.targets === 'values') b.output(`${prefix}mean`, value);
      else b.output(`${prefix}probabilities`, b.exp(logSoftmax(b, value)));
    }
    return b.build();
  }
  const weight = b.input('weight', [], 'iteration');
  for (const head of heads) carryHead(b, head, outputs[head.output.name], weight);
  return b.build();
}

function checkHead({ likelihood, output: { shape } }: Head): void {
  // Called only to check that the outputs fit the likelihood.
  likelihoodParameters(likelihood, shape);
  if (likelihood.targets === 'values' || shape.length === 1) return;
  throw new VardropError(
    'VARDROP_SHAPE',
    `[prediction] outputs: got [batch, ${shape.join(', ')}], needs [batch, classes] for labels. End the model with dense({ units: classes }), after flatten() where there are more axes.`,
  );
}

/** Carries the averages of one output over the samples. */
function carryHead(b: Builder, { prefix, likelihood }: Head, output: Value, weight: Value): void {
  if (likelihood.targets === 'values') {
    carrySpread(b, prefix, 'mean', output, weight);
    return;
  }
  const logProbabilities = logSoftmax(b, output);
  const probabilities = b.exp(logProbabilities);
  // From the logarithms, so that a probability that underflows adds 0 and not 0 · −∞.
  const entropy = b.neg(b.reduceSum(b.mul(probabilities, logProbabilities), [1]));
  carryMean(b, `${prefix}entropy`, entropy, weight);
  carrySpread(b, prefix, 'probabilities', probabilities, weight);
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
