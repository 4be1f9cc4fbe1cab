// Your own noise model: Gaussian weights whose standard deviation is a fixed share of the layer's largest weight.
// Noise models only build programs, so that this one has gradients, estimators and every backend for nothing.
import { adam, dense, fit, flipout, sequential } from '@vardrop/core';
import { createReferenceBackend } from '@vardrop/core/reference';

/** @param {number} share @returns {import('@vardrop/core/extend').WeightNoise} */
function relativeNoise(share) {
  const deviationOf = (b, weights) => b.broadcast(b.mul(share, b.reduceMax(b.abs(weights))), weights.shape);
  return {
    name: 'relative',
    acts: 'weights',
    symmetric: true,
    parameters: () => [],
    moments(b, { weights }) {
      const deviation = deviationOf(b, weights);
      return { mean: weights, variance: b.square(deviation), deviation };
    },
  };
}

const model = sequential({
  input: [2],
  noise: relativeNoise(0.1),
  estimator: flipout(),
  layers: [dense({ units: 16, activation: 'tanh' }), dense({ units: 2 })],
});
const inputs = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
const backend = createReferenceBackend();
const { history } = await fit(model, {
  backend,
  data: { inputs, targets: [0, 1, 1, 0] },
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 400,
  batch: 4,
  seed: 1,
});
console.log('nats per datapoint:', history[0].dataTerm.toFixed(3), '→', history.at(-1).dataTerm.toFixed(3));
