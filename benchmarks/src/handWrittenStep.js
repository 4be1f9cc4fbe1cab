import * as tf from '@tensorflow/tfjs';
import { batch, learningRate, trainingSize, widths } from './workload.js';

/**
 * Workload W as one writes it with tfjs alone: `tf.variableGrads`, `tf.matMul`, `tf.randomNormal`, `tf.train.adam`, on the
 * active backend.
 *
 * @param {{ x: Float32Array, y: Float32Array }} minibatch
 */
export function createHandWrittenStep({ x, y }) {
  const optimizer = tf.train.adam(learningRate);
  const layers = widths.slice(1).map((out, i) => ({
    theta: tf.variable(tf.randomNormal([widths[i], out], 0, Math.sqrt(2 / widths[i]))),
    logVariance: tf.variable(tf.fill([widths[i], out], -10)),
    bias: tf.variable(tf.zeros([out])),
  }));
  const [k1, k2, k3] = [0.63576, 1.8732, 1.48695];

  /** @param {tf.Tensor2D} images @param {tf.Tensor2D} labels @returns {tf.Scalar} */
  const lossOf = (images, labels) => {
    /** @type {tf.Tensor} */
    let activation = images;
    /** @type {tf.Tensor} */
    let kl = tf.scalar(0);
    layers.forEach(({ theta, logVariance, bias }, i) => {
      const variance = logVariance.exp();
      const mean = tf.matMul(activation, theta).add(bias);
      const deviation = tf.matMul(activation.square(), variance).add(1e-8).sqrt();
      const unit = mean.add(deviation.mul(tf.randomNormal([batch, widths[i + 1]])));
      activation = i + 1 < layers.length ? unit.relu() : unit;
      const logAlpha = logVariance.sub(theta.square().add(1e-8).log());
      const negative = logAlpha.mul(k3).add(k2).sigmoid().mul(k1).sub(logAlpha.neg().softplus().mul(0.5)).sub(k1);
      kl = kl.sub(negative.sum());
    });
    const data = tf.losses.softmaxCrossEntropy(labels, activation);
    return /** @type {tf.Scalar} */ (data.add(kl.mul(1 / trainingSize)));
  };

  return {
    /** One step; gives the loss. */
    async run() {
      const images = tf.tensor2d(x, [batch, widths[0]]);
      const labels = tf.tensor2d(y, [batch, widths[widths.length - 1]]);
      const { value, grads } = tf.variableGrads(() => lossOf(images, labels));
      optimizer.applyGradients(grads);
      const [loss] = await value.data();
      tf.dispose([images, labels, value, grads]);
      return loss;
    },
    dispose() {
      for (const layer of layers) tf.dispose(Object.values(layer));
      optimizer.dispose();
    },
  };
}
