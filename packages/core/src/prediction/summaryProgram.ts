import type { Model } from '../layers/model.js';
import type { Likelihood } from '../likelihood.js';
import { likelihoodParameters } from '../likelihoodParameters.js';
import { createBuilder, type Value } from '../program/builder.js';
import type { Program } from '../program/program.js';

/**
 * The prediction after the last sample, as one program, for callers that put `predictionProgram` into a graph of their own.
 * Inputs: the scalar `samples`, what `predictionProgram` carries in mode `sample`, and `likelihood/logVariance` for values.
 * Outputs as in `ClassificationPrediction` (`probabilities`, `entropy`, `mutualInformation`) or `RegressionPrediction` (`mean`,
 * `epistemicVariance`, `aleatoricVariance` where the likelihood learns it), `[batch, …]`. Without samples the outputs are NaN.
 */
export function summaryProgram(model: Model, likelihood: Likelihood): Program {
  const b = createBuilder('summary');
  const samples = b.input('samples', []);
  const some = (value: Value) => b.selectGreater(samples, 0.5, value, Number.NaN);
  const shape = ['batch', ...model.outputShape] as const;
  // The unbiased variance over samples; 0 for one sample.
  const variance = () => b.div(b.input('squaredDeviations', shape), b.max(b.sub(samples, 1), 1));
  if (likelihood.targets === 'labels') {
    const probabilities = b.input('probabilities', shape);
    // p log p is 0 at p = 0.
    const logarithm = b.log(b.selectGreater(probabilities, 0, probabilities, 1));
    const entropy = b.max(b.neg(b.reduceSum(b.mul(probabilities, logarithm), [1])), 0);
    const spread = b.reduceSum(b.div(variance(), b.max(probabilities, 2 ** -126)), [1]);
    const corrected = b.add(b.sub(entropy, b.input('entropy', ['batch'])), b.div(spread, b.mul(2, samples)));
    const information = b.min(b.max(corrected, 0), Math.log(model.outputShape[0]));
    b.output('probabilities', some(probabilities));
    b.output('entropy', some(entropy));
    b.output('mutualInformation', some(b.selectGreater(samples, 1.5, information, 0)));
    return b.build();
  }
  b.output('mean', some(b.input('mean', shape)));
  b.output('epistemicVariance', some(variance()));
  const own = likelihoodParameters(likelihood, model.outputShape).find(({ name }) => name === 'logVariance');
  if (own) b.output('aleatoricVariance', b.broadcast(b.exp(b.input('likelihood/logVariance', own.shape)), shape));
  return b.build();
}
