import type { Likelihood, Model } from '@vardrop/core';
import { logSoftmax } from '@vardrop/core/extend';
import { createBuilder, type Program } from '@vardrop/core/program';

/** Starts a program with the inputs `x` and every parameter of a model and its likelihood. */
function startProgram(name: string, model: Model, likelihood: Likelihood) {
  const b = createBuilder(name);
  const x = b.input('x', ['batch', ...model.inputShape]);
  const parameters = Object.fromEntries(
    [...model.parameters, ...model.carried].map(({ name: full, shape }) => [full, b.input(full, shape)]),
  );
  const own = Object.fromEntries(
    likelihood
      .parameters(model.outputShape)
      .map((entry) => [entry.name, b.input(`likelihood/${entry.name}`, entry.shape)]),
  );
  return { b, x, parameters, own };
}

/**
 * Prediction with the weights' means. Outputs for labels `logits` and `probabilities` `[batch, classes]`, for values
 * `mean` and, where the likelihood learns it, `aleatoricVariance` `[batch, …outputShape]`.
 */
export function meanProgram(model: Model, likelihood: Likelihood): Program {
  const { b, x, parameters, own } = startProgram('prediction (mean)', model, likelihood);
  const output = model.apply(b, x, parameters, 'mean');
  if (likelihood.targets === 'labels') {
    b.output('logits', output);
    b.output('probabilities', b.exp(logSoftmax(b, output)));
  } else {
    b.output('mean', output);
    if (own.logVariance) b.output('aleatoricVariance', b.broadcast(b.exp(own.logVariance), output.shape));
  }
  return b.build();
}
