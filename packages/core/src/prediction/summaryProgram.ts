import { type Head, headsOf, type Likelihoods } from '../heads.js';
import type { Model } from '../layers/model/model.js';
import { likelihoodParameters } from '../likelihoodParameters.js';
import { type Builder, createBuilder, type Value } from '../program/builder.js';
import type { Program } from '../program/program.js';

/**
 * The prediction after the last sample, as one program, for callers that put `predictionProgram` into a graph of their own.
 * Inputs: the scalar `samples`, what `predictionProgram` carries in mode `sample`, and `likelihood/logVariance` for values.
 * Outputs as in `ClassificationPrediction` (`probabilities`, `entropy`, `mutualInformation`) or `RegressionPrediction` (`mean`,
 * `epistemicVariance`, `aleatoricVariance` where the likelihood learns it), `[batch, …]`. Of a model with several outputs these
 * names begin with that of the output, and the input is `likelihood/<output>/logVariance`. Without samples the outputs are NaN.
 */
export function summaryProgram(model: Model, likelihoods: Likelihoods): Program {
  const b = createBuilder('summary');
  const samples = b.input('samples', []);
  for (const head of headsOf('prediction', model, likelihoods)) {
    if (head.likelihood.targets === 'labels') summarizeLabels(b, head, samples);
    else summarizeValues(b, head, samples);
  }
  return b.build();
}

function summarizeLabels(b: Builder, head: Head, samples: Value): void {
  const { prefix, output } = head;
  const probabilities = b.input(`${prefix}probabilities`, ['batch', ...output.shape]);
  // p log p is 0 at p = 0.
  const logarithm = b.log(b.selectGreater(probabilities, 0, probabilities, 1));
  const entropy = b.max(b.neg(b.reduceSum(b.mul(probabilities, logarithm), [1])), 0);
  const spread = b.reduceSum(b.div(varianceOf(b, head, samples), b.max(probabilities, 2 ** -126)), [1]);
  const difference = b.sub(entropy, b.input(`${prefix}entropy`, ['batch']));
  const corrected = b.add(difference, b.div(spread, b.mul(2, samples)));
  const information = b.min(b.max(corrected, 0), Math.log(output.shape[0]));
  b.output(`${prefix}probabilities`, some(b, samples, probabilities));
  b.output(`${prefix}entropy`, some(b, samples, entropy));
  b.output(`${prefix}mutualInformation`, some(b, samples, b.selectGreater(samples, 1.5, information, 0)));
}

function summarizeValues(b: Builder, head: Head, samples: Value): void {
  const { prefix, output, likelihood } = head;
  const shape = ['batch', ...output.shape] as const;
  b.output(`${prefix}mean`, some(b, samples, b.input(`${prefix}mean`, shape)));
  b.output(`${prefix}epistemicVariance`, some(b, samples, varianceOf(b, head, samples)));
  const own = likelihoodParameters(likelihood, output.shape).find(({ name }) => name === 'logVariance');
  if (own === undefined) return;
  const logVariance = b.input(`likelihood/${prefix}logVariance`, own.shape);
  b.output(`${prefix}aleatoricVariance`, b.broadcast(b.exp(logVariance), shape));
}

/** The unbiased variance over samples; 0 for one sample. */
function varianceOf(b: Builder, { prefix, output }: Head, samples: Value): Value {
  return b.div(b.input(`${prefix}squaredDeviations`, ['batch', ...output.shape]), b.max(b.sub(samples, 1), 1));
}

function some(b: Builder, samples: Value, value: Value): Value {
  return b.selectGreater(samples, 0.5, value, Number.NaN);
}
