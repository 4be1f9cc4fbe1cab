import type { Model } from '@vardrop/core';
import { allTensors, headsOf, likelihoodValues } from '@vardrop/core/extend';
import { createBuilder, type Program } from '@vardrop/core/program';

/**
 * Prediction with the weights' means. Outputs for labels `logits` and `probabilities` `[batch, classes]`, for binary targets
 * `logits` and `probabilities` (of 1) `[batch, …targetShape]`, for numbers `mean` and `aleatoricVariance` `[batch, …targetShape]`.
 * With several outputs of the model the names begin with that of the output: `<output>/mean`.
 */
export function meanProgram(model: Model): Program {
  const b = createBuilder('prediction (mean)');
  const inputs = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, b.input(name, ['batch', ...shape])]));
  const tensors = Object.fromEntries(allTensors(model).map(({ name, shape }) => [name, b.input(name, shape)]));
  const { outputs } = model.forward(b, inputs, tensors, 'mean');
  for (const head of headsOf('exportOnnx', model)) {
    const { output, likelihood, prefix, targetShape } = head;
    const value = outputs[output.name];
    const predictive = likelihood.predictive(b, value, likelihoodValues(head, tensors));
    if (predictive.kind === 'values') {
      b.output(`${prefix}mean`, predictive.mean);
      b.output(`${prefix}aleatoricVariance`, b.broadcast(predictive.variance, predictive.mean.shape));
      continue;
    }
    b.output(`${prefix}logits`, value);
    const probabilities = b.exp(predictive.logProbabilities);
    if (likelihood.targets === 'labels') {
      b.output(`${prefix}probabilities`, probabilities);
      continue;
    }
    const yes = b.slice(probabilities, [undefined, ...targetShape.map(() => undefined), { start: 1 }]);
    b.output(`${prefix}probabilities`, b.reshape(yes, ['batch', ...targetShape]));
  }
  return b.build();
}
