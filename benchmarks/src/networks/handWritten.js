import { createRandom } from '@vardrop/experiments';
import { startClock } from './clock.js';
import { learningRate, scales } from './networks.js';

// The networks as one writes them with tfjs alone. Its wasm backend has no gradient of a convolution in its filter, so that there is
// none of those with convolutions. Its layers API has a GRU, without noise on the weights.

/** @typedef {typeof import('@tensorflow/tfjs')} Tf */
/** @typedef {import('@tensorflow/tfjs').Tensor} Tensor */
/** @typedef {ReturnType<typeof import('./networks.js').createMinibatch>} Minibatch */
/** @typedef {() => Promise<import('./clock.js').Time>} Run */

const random = createRandom(11);

/** Weights with noise N(θ, αθ²), α = sigmoid(ρ), and a bias. @param {Tf} tf @param {number} inputs @param {number} units */
function noisyWeights(tf, inputs, units) {
  const normal = tf.randomNormal([inputs, units], 0, Math.sqrt(2 / inputs), 'float32', Math.floor(1e6 * random()));
  const [theta, rho, bias] = [tf.variable(normal), tf.variable(tf.scalar(-1.0986)), tf.variable(tf.zeros([units]))];
  return {
    /** The cubic of Kingma, Salimans & Welling 2015. */
    kl() {
      const alpha = rho.sigmoid();
      const cubic = alpha.mul(1.16145124).add(alpha.square().mul(-1.50204118)).add(alpha.pow(3).mul(0.58629921));
      return alpha
        .log()
        .mul(0.5)
        .add(cubic)
        .mul(-inputs * units);
    },
    /** Local reparametrization of rows. @param {Tensor} x */
    local(x) {
      const mean = tf.matMul(x, theta).add(bias);
      const variance = tf.matMul(x.square(), theta.square().mul(rho.sigmoid()));
      return mean.add(variance.add(1e-12).sqrt().mul(tf.randomNormal(mean.shape)));
    },
    /** Flipout, with one perturbation and one pair of signs for all steps. @param {number} rows */
    flipout(rows) {
      const perturbation = theta.mul(rho.sigmoid().sqrt()).mul(tf.randomNormal([inputs, units]));
      const [before, after] = [inputs, units].map((count) =>
        tf.sub(tf.randomUniform([rows, count]).greater(0.5).toFloat().mul(2), 1),
      );
      return (/** @type {Tensor} */ x) =>
        tf
          .matMul(x, theta)
          .add(bias)
          .add(tf.matMul(x.mul(before), perturbation).mul(after));
    },
  };
}

/** @param {Tf} tf @param {readonly number[]} shape @param {Minibatch} minibatch @param {() => Tensor} kl @param {(x: Tensor) => Tensor} logits @returns {Run} */
function createStep(tf, shape, { inputs: { x }, targets: { output: y }, rows }, kl, logits) {
  const optimizer = tf.train.adam(learningRate);
  return async () => {
    const stop = startClock();
    const images = tf.tensor(x, [rows, ...shape]);
    const labels = tf.tensor2d(y, [rows, 10]);
    const { value, grads } = tf.variableGrads(() => {
      const data = tf.losses.softmaxCrossEntropy(labels, logits(images));
      return /** @type {import('@tensorflow/tfjs').Scalar} */ (data.add(kl().mul(scales.klScale)));
    });
    optimizer.applyGradients(/** @type {any} */ (grads));
    await value.data();
    tf.dispose([images, labels, value, /** @type {any} */ (grads)]);
    return stop();
  };
}

/** @param {Tf} tf @param {Minibatch} minibatch */
function gru(tf, minibatch) {
  const [input, state, output] = [noisyWeights(tf, 28, 384), noisyWeights(tf, 128, 384), noisyWeights(tf, 128, 10)];
  const { rows } = minibatch;
  const kl = () => input.kl().add(state.kl()).add(output.kl());
  return createStep(tf, [28, 28], minibatch, kl, (x) => {
    const products = tf.unstack(input.local(x.reshape([rows * 28, 28])).reshape([rows, 28, 384]), 1);
    const ofState = state.flipout(rows);
    let h = tf.zeros([rows, 128]);
    for (const product of products) {
      const [z, r, n] = tf.split(product, 3, 1);
      const [uz, ur, un] = tf.split(ofState(h), 3, 1);
      const update = z.add(uz).sigmoid();
      const candidate = n.add(r.add(ur).sigmoid().mul(un)).tanh();
      h = candidate.add(update.mul(h.sub(candidate)));
    }
    return output.local(h);
  });
}

/** @param {Tf} tf @param {Minibatch} minibatch @returns {Run} */
function gruOfLayers(tf, { inputs: { x }, targets: { output: y }, rows }) {
  const model = tf.sequential();
  model.add(tf.layers.gru({ units: 128, inputShape: [28, 28], recurrentActivation: 'sigmoid' }));
  model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' });
  return async () => {
    const stop = startClock();
    const [images, labels] = [tf.tensor3d(x, [rows, 28, 28]), tf.tensor2d(y, [rows, 10])];
    await model.trainOnBatch(images, labels);
    tf.dispose([images, labels]);
    return stop();
  };
}

/** @param {Tf} tf @param {Minibatch} minibatch */
function transformer(tf, minibatch) {
  const { rows } = minibatch;
  const [tokens, width, heads] = [64, 128, 4];
  const [query, key, value, joined] = Array.from({ length: 4 }, () => noisyWeights(tf, width, width));
  const [wide, narrow] = [noisyWeights(tf, width, 4 * width), noisyWeights(tf, 4 * width, width)];
  const output = noisyWeights(tf, width, 10);
  const all = [query, key, value, joined, wide, narrow, output];
  const norms = [0, 1].map(() => {
    const [gain, shift] = [tf.variable(tf.ones([width])), tf.variable(tf.zeros([width]))];
    return (/** @type {Tensor} */ x) => {
      const centred = x.sub(x.mean(-1, true));
      return centred.div(centred.square().mean(-1, true).add(1e-5).sqrt()).mul(gain).add(shift);
    };
  });
  const split = (/** @type {Tensor} */ x) => x.reshape([rows, tokens, heads, width / heads]).transpose([0, 2, 1, 3]);
  const kl = () => all.map((part) => part.kl()).reduce((sum, each) => sum.add(each));
  return createStep(tf, [tokens, width], minibatch, kl, (x) => {
    const flat = x.reshape([rows * tokens, width]);
    const normed = norms[0](flat);
    const [q, k, v] = [query, key, value].map((part) => split(part.local(normed)));
    const scores = tf.softmax(tf.matMul(q, k, false, true).mul(Math.sqrt(heads / width)));
    const attended = tf
      .matMul(scores, v)
      .transpose([0, 2, 1, 3])
      .reshape([rows * tokens, width]);
    const first = flat.add(joined.local(attended));
    const second = first.add(narrow.local(wide.local(norms[1](first)).relu()));
    return output.local(second.reshape([rows, tokens, width]).mean(1));
  });
}

/** By network, then by name: functions that start a step on tfjs's active backend. @type {Record<string, Record<string, (tf: Tf, minibatch: Minibatch) => Run>>} */
export const handWritten = {
  gru: { 'by hand': gru, 'by its layers, without noise': gruOfLayers },
  transformer: { 'by hand': transformer },
};
