import { availableParallelism, cpus, loadavg } from 'node:os';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { adam, fit } from '@vardrop/core';
import { describeTimes, median } from '@vardrop/experiments';
import { option } from './commandLine.js';
import { startClock } from './networks/clock.js';
import { createMinibatch } from './networks/networks.js';
import { modelOf, peerNetworks } from './peers/networks.js';
import { peersPython, startPeer } from './peers/python.js';

// Training from end to end on as many images as Fashion-MNIST has: epochs of LeNet-300-100 with sparse variational dropout on onnx:native,
// in turns with eager PyTorch, rows drawn anew in each. Options: --turns 5 --epochs 4 (of a turn) --threads 2 --python PATH

const turns = Number(option('--turns', '5'));
const epochs = Number(option('--epochs', '4'));
const threads = Number(option('--threads', String(availableParallelism())));
const python = option('--python', peersPython());

const name = 'LeNet-300-100';
const { batch, input } = peerNetworks[name];
const rows = 60000;
const backend = await createOnnxBackend({ device: 'native', threads });
const model = modelOf(peerNetworks[name], true);
const { inputs, targets } = createMinibatch(input, rows);
const data = { inputs: inputs.x, targets: targets.output };
/** @type {import('@vardrop/core').TrainingState | undefined} */
let state;

async function ours() {
  const stop = startClock();
  const all = (state?.step ?? 0) / (rows / batch) + epochs;
  ({ state } = await fit(model, { backend, data, batch, epochs: all, optimizer: adam(), state }));
  return stop();
}

const torch = await startPeer(python, 'torchPeer.py');
/** @type {Record<string, { run: () => Promise<import('./networks/clock.js').Time>, times: import('./networks/clock.js').Time[] }>} */
const variants = { 'onnx:native': { run: ours, times: [] } };
for (const setting of torch ? ['eager', 'eager, fused Adam'] : []) {
  const question = { name, network: { ...peerNetworks[name], rows, epochs }, noise: true, setting, steps: 1 };
  variants[`PyTorch, ${setting}`] = { run: async () => (await torch?.ask(question))?.[0], times: [] };
}
const before = loadavg()[0];
for (let turn = -1; turn < turns; turn++) {
  for (const { run, times } of Object.values(variants)) {
    const time = await run();
    if (turn >= 0) times.push(time);
  }
}
torch?.stop();
await backend.close();
console.log(
  `${epochs} epochs of ${name}, ${rows} images in minibatches of ${batch}, ${cpus()[0].model}, ${threads} threads, ${torch?.about ?? 'no PyTorch'}, load ${before.toFixed(1)} to ${loadavg()[0].toFixed(1)}`,
);
const [first] = Object.values(variants);
for (const [variant, { times }] of Object.entries(variants)) {
  /** @param {'clock' | 'work'} kind */
  const ratio = (kind) => median(first.times.map((time) => time[kind])) / median(times.map((time) => time[kind]));
  const work = median(times.map((time) => time.work));
  console.log(
    `  ${variant}: ${describeTimes(times.map(({ clock }) => clock))}, work ${work.toFixed(0)}; onnx:native takes ${ratio('clock').toFixed(2)} × its time, ${ratio('work').toFixed(2)} × its work`,
  );
}
