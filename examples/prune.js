// Sparse variational dropout: weights that the data do not need drown in noise; the network is pruned by α, made
// physically smaller, and saved.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import {
  adam,
  createNetwork,
  dense,
  fit,
  logUniformSigmoid,
  piecewiseLinear,
  prune,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import { loadNetwork } from '@vardrop/core/node';
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
const backend = await createWasmBackend();
const { network } = await fit(model, {
  backend,
  data: { inputs, targets },
  optimizer: adam({ learningRate: 0.01 }),
  learningRateFactor: piecewiseLinear([40, 1], [80, 0.01]),
  klWeight: piecewiseLinear([5, 0], [40, 1]),
  epochs: 80,
  batch: 100,
  seed: 1,
});

const small = prune(model, network.parameters, { threshold: 3, preserve: 'mean' });
for (const layer of small.report.layers) console.log(layer);
const pruned = createNetwork(small.model, { backend, parameters: small.parameters });

const rows = random.normal(random.key(2), 1000 * 20);
const [before, after] = await Promise.all([network, pruned].map((each) => each.predict(rows, { mode: 'mean' })));
const same = before.labels.filter((label, i) => label === after.labels[i]).length;
console.log(`the pruned network agrees on ${same} of 1000 new points`);

const path = join(tmpdir(), `vardrop-example-${process.pid}.safetensors`);
await pruned.save(path);
const again = await loadNetwork(path, { backend });
console.log('saved and loaded', again.model.parameters.map(({ name, shape }) => `${name} [${shape}]`).join(', '));
await backend.close();
