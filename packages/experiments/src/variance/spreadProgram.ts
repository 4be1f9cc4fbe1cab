import type { Likelihood, Model } from '@vardrop/core';
import { type Builder, gradients, type Program, type Value } from '@vardrop/core/program';
import { welfordProgram } from './welfordProgram.js';

/** The parameter groups of table 1. */
export const groups = ['top', 'bottom'] as const;

/** A name of {@link groups}: weights θ of the output layer and of the input layer. */
export type Group = (typeof groups)[number];

/**
 * Spread of the gradient of `(1/M) Σ_m −log p(y_m | x_m, w)` in θ of the top and the bottom layer. Inputs beside those of
 * `welfordProgram`: `x` `[batch, inputs]`, `y` one-hot `[batch, classes]`, and the parameters.
 *
 * @param minibatch M.
 * @param conditional whether `total/conditional` is summed as well: see `conditionalVariance`. Only for weight noise
 * of type B under the local estimator.
 */
export function spreadProgram(model: Model<Likelihood>, minibatch: number, conditional: boolean): Program {
  return welfordProgram((b) => {
    const x = b.input('x', ['batch', ...model.inputShape], 'iteration');
    const y = b.input('y', ['batch', ...model.outputShape], 'iteration');
    const parameters = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
    const { trace } = model.forward(b, { x }, parameters, 'sample');
    const output = trace[trace.length - 1].output;
    const loss = b.mul(b.reduceSum(model.likelihood.negativeLogLikelihood(b, output, y, {})), 1 / minibatch);
    const weights = (index: number) => parameters[`${model.layers[index].name}/weights`];
    const top = model.layers.length - 1;
    return {
      loss,
      groups: { top: weights(top), bottom: weights(0) },
      ...(conditional && {
        sums: {
          conditional: conditionalVariance(b, {
            loss,
            output,
            inputs: top === 0 ? x : trace[top - 1].output,
            weights: weights(top),
            alpha: b.exp(logAlphaOf(b, model, parameters)),
          }),
        },
      }),
    };
  });
}

function logAlphaOf(b: Builder, model: Model, parameters: Readonly<Record<string, Value>>): Value {
  const layer = model.layers[model.layers.length - 1];
  const own = Object.fromEntries(layer.parameters.map(({ name }) => [name, parameters[`${layer.name}/${name}`]]));
  const logAlpha = layer.parts?.[0]?.noise.logAlpha?.(b, own);
  if (!logAlpha) throw new TypeError(`${layer.name} has no α`);
  return logAlpha;
}

/**
 * The conditional variance, given the pre-activations, of the gradient of a linear layer with a weight sample for each
 * datapoint, averaged over the layer's parameters.
 *
 * With `w_ij = θ_ij (1 + √α ε_ij)` the gradient in θ_ij is `Σ_m a_mi g_mj (1 + √α ε_mij)`, where g is that in the
 * pre-activations. Given those, ε of a datapoint and unit is normal with covariance `I − u uᵀ`, `u_i = a_mi √α θ_ij / √δ_mj`,
 * and so the gradient has the variance `α Σ_m a²_mi g²_mj − α² θ²_ij Σ_m a⁴_mi g²_mj / δ_mj`; its mean is the gradient of the
 * local estimator. By the law of total variance, the variance under
 * separate samples is that of the local estimator plus the expectation of this. Minibatches and the layers below have
 * the same law under both.
 */
export function conditionalVariance(
  b: Builder,
  layer: {
    readonly loss: Value;
    /** Outputs `[batch, out]` of a linear layer, bias included. */
    readonly output: Value;
    /** Its inputs `[batch, in]`. */
    readonly inputs: Value;
    /** θ `[in, out]`. */
    readonly weights: Value;
    /** α, broadcastable to θ. */
    readonly alpha: Value;
  },
): Value {
  const { loss, output, inputs, weights, alpha } = layer;
  const [upstream] = gradients(b, loss, [output]);
  const squares = { upstream: b.square(upstream), inputs: b.square(inputs), weights: b.square(weights) };
  const variances = b.mul(alpha, squares.weights);
  const delta = b.matmul(squares.inputs, variances);
  // Where δ = 0 all inputs are 0, and so is the gradient.
  const relative = b.selectGreater(delta, 0, b.div(squares.upstream, b.selectGreater(delta, 0, delta, 1)), 0);
  const whole = b.matmul(squares.inputs, squares.upstream, { transposeA: true });
  const explained = b.mul(variances, b.matmul(b.square(squares.inputs), relative, { transposeA: true }));
  return b.mean(b.mul(alpha, b.sub(whole, explained)), [0, 1]);
}
