// Regression with two kinds of uncertainty: the noise of the targets, which is learned, and that of the network's weights.
// Both say something where there were data, from -2 to 2. Beyond, the network is wrong and does not know it: independent
// Gaussian weights leave it a small deviation however far the data are. Do not take ± for a bound on the error there.
import { createWasmBackend } from '@vardrop/adapter-wasm';
import { adam, dense, fit, gaussian, gaussianPrior, meanField, predict, sequential } from '@vardrop/core';
import * as random from '@vardrop/core/random';

const noise = 0.1;
const count = 256;
const inputs = random.uniform(random.key(1), count).map((u) => 4 * u - 2);
const errors = random.normal(random.key(2), count);
const targets = inputs.map((x, i) => Math.sin(2 * x) + noise * errors[i]);

const model = sequential({
  input: [1],
  noise: meanField({ logVariance: -8 }),
  divergence: gaussianPrior({ sigma: 1 }),
  layers: [dense({ units: 50, activation: 'tanh' }), dense({ units: 1 })],
  likelihood: gaussian(),
});

const backend = await createWasmBackend();
const { state } = await fit(model, {
  backend,
  data: { inputs, targets },
  optimizer: adam({ learningRate: 0.02 }),
  klWeight: 0.1,
  epochs: 300,
  batch: 64,
  seed: 1,
});

const prediction = await predict(model, {
  backend,
  parameters: state.parameters,
  inputs: Float32Array.of(-4, -1, 0, 1, 4),
  samples: 200,
});
await backend.close();

console.log('learned noise of the targets:', Math.sqrt(prediction.aleatoricVariance[0]).toFixed(3), `(true: ${noise})`);
[-4, -1, 0, 1, 4].forEach((x, i) => {
  const where = Math.abs(x) <= 2 ? '' : ', far from the data';
  const mean = prediction.mean[i].toFixed(2);
  const deviation = Math.sqrt(prediction.epistemicVariance[i]).toFixed(3);
  console.log(`x = ${x}: ${mean} ± ${deviation} (sin 2x = ${Math.sin(2 * x).toFixed(2)}${where})`);
});
