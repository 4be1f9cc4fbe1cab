import type * as Tfjs from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Minibatch } from '@vardrop/core/extend';
import { type Workload, workloadScales } from '@vardrop/experiments';

/** A training step without Vardrop. */
export interface HandWrittenStep {
  /** One step; resolves to the loss. */
  run(): Promise<number>;
  dispose(): void;
}

/**
 * The training step of a workload as written with tfjs alone: `tf.variableGrads`, `tf.matMul`, `tf.randomNormal`,
 * `tf.train.adam`, on tfjs's active backend.
 */
export function createHandWrittenStep(
  tf: typeof Tfjs,
  { widths, batch }: Workload,
  { inputs: { x }, targets: { output: y } }: Minibatch,
): HandWrittenStep {
  const { learningRate, trainingSize } = workloadScales;
  const [k1, k2, k3] = [0.63576, 1.8732, 1.48695];
  const optimizer = tf.train.adam(learningRate);
  const layers = widths.slice(1).map((out, i) => ({
    theta: tf.variable(tf.randomNormal([widths[i], out], 0, Math.sqrt(2 / widths[i]))),
    logVariance: tf.variable(tf.fill([widths[i], out], -10)),
    bias: tf.variable(tf.zeros([out])),
  }));

  const lossOf = (images: Tensor2D, labels: Tensor2D): Scalar => {
    let activation: Tensor = images;
    let kl: Tensor = tf.scalar(0);
    layers.forEach(({ theta, logVariance, bias }, i) => {
      const mean = tf.matMul(activation, theta).add(bias);
      const deviation = tf.matMul(activation.square(), logVariance.exp()).add(1e-8).sqrt();
      const unit = mean.add(deviation.mul(tf.randomNormal([batch, widths[i + 1]])));
      activation = i + 1 < layers.length ? unit.relu() : unit;
      const logAlpha = logVariance.sub(theta.square().add(1e-8).log());
      const negative = logAlpha.mul(k3).add(k2).sigmoid().mul(k1).sub(logAlpha.neg().softplus().mul(0.5)).sub(k1);
      kl = kl.sub(negative.sum());
    });
    const data = tf.losses.softmaxCrossEntropy(labels, activation);
    return data.add(kl.mul(1 / trainingSize)) as Scalar;
  };

  return {
    async run() {
      const images = tf.tensor2d(x, [batch, widths[0]]);
      const labels = tf.tensor2d(y, [batch, widths[widths.length - 1]]);
      const { value, grads } = tf.variableGrads(() => lossOf(images, labels));
      optimizer.applyGradients(grads as Parameters<typeof optimizer.applyGradients>[0]);
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
