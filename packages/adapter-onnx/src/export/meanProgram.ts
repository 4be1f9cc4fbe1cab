import type { Likelihoods, Model } from '@vardrop/core';
import { allTensors, headsOf, logSoftmax } from '@vardrop/core/extend';
import { createBuilder, type Program } from '@vardrop/core/program';

/**
 * Prediction with the weights' means. Outputs for labels `logits` and `probabilities` `[batch, classes]`, for values
 * `mean` and, where the likelihood learns it, `aleatoricVariance` `[batch, …outputShape]`. With several outputs of the model the
 * names begin with that of the output: `<output>/mean`.
 */
export function meanProgram(model: Model, likelihoods: Likelihoods): Program {
  const b = createBuilder('prediction (mean)');
  const inputs = Object.fromEntries(model.inputs.map(({ name, shape }) => [name, b.input(name, ['batch', ...shape])]));
  const tensors = Object.fromEntries(
    allTensors(model, likelihoods).map(({ name, shape }) => [name, b.input(name, shape)]),
  );
  const { outputs } = model.forward(b, inputs, tensors, 'mean');
  for (const { output, likelihood, prefix } of headsOf('exportOnnx', model, likelihoods)) {
    const value = outputs[output.name];
    if (likelihood.targets === 'labels') {
      b.output(`${prefix}logits`, value);
      b.output(`${prefix}probabilities`, b.exp(logSoftmax(b, value)));
      continue;
    }
    b.output(`${prefix}mean`, value);
    const logVariance = tensors[`likelihood/${prefix}logVariance`];
    if (logVariance) b.output(`${prefix}aleatoricVariance`, b.broadcast(b.exp(logVariance), value.shape));
  }
  return b.build();
}
