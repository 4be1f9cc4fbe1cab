import {
  adam,
  categorical,
  dense,
  initialState,
  local,
  logUniformSigmoid,
  sequential,
  sparseVariational,
} from '@vardrop/core';

/**
 * Workload W: one training step of a classifier 784-500-500-500-10 with biases, ReLU and softmax on a minibatch of 1000 out
 * of 60000, by Adam. With noise, each weight has a mean θ and a log σ² (sparse variational dropout, additive), sampled
 * by local reparametrization, with the sigmoid approximation of the KL divergence.
 */
export const widths = [784, 500, 500, 500, 10];
export const batch = 1000;
export const trainingSize = 60000;
export const learningRate = 0.001;

/** @typedef {{ m: number, k: number, n: number, count: number }} Contraction */

/**
 * Matrix products of one step. Both moments, and their gradients, have the same shapes, so noise doubles each count.
 *
 * @param {boolean} noise
 * @returns {Contraction[]}
 */
export function contractions(noise) {
  const count = noise ? 2 : 1;
  return widths.slice(1).flatMap((out, layer) => {
    const into = widths[layer];
    const forward = { m: batch, k: into, n: out, count };
    const weightGradient = { m: into, k: batch, n: out, count };
    const inputGradient = { m: batch, k: out, n: into, count };
    return layer > 0 ? [forward, weightGradient, inputGradient] : [forward, weightGradient];
  });
}

/**
 * The model, its likelihood, optimizer and first state.
 *
 * @param {boolean} noise
 */
export function createWorkload(noise) {
  const outputs = widths.slice(1);
  const model = sequential({
    input: [widths[0]],
    layers: outputs.map((units, i) => dense({ units, activation: i + 1 < outputs.length ? 'relu' : 'linear' })),
    ...(noise ? { noise: sparseVariational(), estimator: local(), divergence: logUniformSigmoid() } : {}),
  });
  const likelihood = categorical();
  const optimizer = adam();
  return { model, likelihood, optimizer, state: initialState(model, likelihood, optimizer, 1) };
}

/** A reproducible stream of numbers in [0, 1), good enough to fill a benchmark's data. */
export function createRandom(seed = 7) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Images (a fifth of the pixels lit) `[batch, 784]` and one-hot labels `[batch, 10]`. */
export function createMinibatch() {
  const random = createRandom();
  const x = Float32Array.from({ length: batch * widths[0] }, () => (random() < 0.2 ? random() : 0));
  const classes = widths[widths.length - 1];
  const y = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) y[row * classes + Math.floor(random() * classes)] = 1;
  return { x, y, rows: batch };
}
