// Sparse variational dropout: weights that the data do not need drown in noise; the network is pruned by α, made
// physically smaller, and saved.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import {
  adam,
  dense,
  fit,
  logUniformSigmoid,
  piecewiseLinear,
  predict,
  prune,
  resizeModel,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import { loadCheckpoint, saveCheckpoint } from '@vardrop/core/node';
import * as random from '@vardrop/core/random';

// Of twenty inputs, two decide the class.
const count = 2000;
const inputs = random.normal(random.key(1), count * 20);
const targets = Array.from({ length: count }, (_, i) => (inputs[20 * i] * inputs[20 * i + 1] > 0 ? 1 : 0));

const model = sequential({
  input: [20],
  noise: sparseVariational(),
  divergence: logUniformSigmoid(),
  layers: [dense({ units: 64, activation: 'relu' }), dense({ units: 2 })],
});
const backend = await createTfjsBackend({ device: 'wasm' });
const { state } = await fit(model, {
  backend,
  data: { inputs, targets },
  optimizer: adam({ learningRate: 0.01 }),
  learningRateFactor: piecewiseLinear([40, 1], [80, 0.01]),
  klWeight: piecewiseLinear([5, 0], [40, 1]),
  epochs: 80,
  batch: 100,
  seed: 1,
});

const small = prune(model, state.parameters, { threshold: 3, preserve: 'mean' });
for (const layer of small.report.layers) console.log(layer);

const rows = random.normal(random.key(2), 1000 * 20);
const options = { backend, inputs: rows, mode: 'mean' };
const before = await predict(model, { ...options, parameters: state.parameters });
const after = await predict(small.model, { ...options, parameters: small.parameters });
const same = before.labels.filter((label, i) => label === after.labels[i]).length;
console.log(`the pruned network agrees on ${same} of 1000 new points`);
await backend.close();

const path = join(tmpdir(), `vardrop-example-${process.pid}.safetensors`);
await saveCheckpoint(path, { parameters: small.parameters });
const { state: loaded } = await loadCheckpoint(path);
// A checkpoint holds tensors: the code that made the network makes it again, in the sizes that are left.
const again = resizeModel(model, loaded.parameters);
console.log('saved and loaded', again.parameters.map(({ name, shape }) => `${name} [${shape}]`).join(', '));
