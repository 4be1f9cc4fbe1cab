import { availableParallelism, cpus, loadavg } from 'node:os';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import { adam, fit } from '@vardrop/core';
import { describeTimes, median } from '@vardrop/experiments';
import { option } from './commandLine.js';
import { startClock } from './networks/clock.js';
import { createMinibatch } from './networks/networks.js';
import { modelOf, peerNetworks } from './peers/networks.js';
import { peersPython, startPeer } from './peers/python.js';

// Training from end to end on as many images as Fashion-MNIST has: epochs of LeNet-300-100 with sparse variational dropout on onnx:native
// and wasm, in turns with eager PyTorch, rows drawn anew in each. Five turns of four epochs take about three minutes.
// Options: --turns 5 --epochs 4 (of a turn) --threads 2 --python PATH

const turns = Number(option('--turns', '5'));
const epochs = Number(option('--epochs', '4'));
const threads = Number(option('--threads', String(availableParallelism())));
const python = option('--python', peersPython());

const name = 'LeNet-300-100';
const { batch, input } = peerNetworks[name];
const rows = 60000;
const backends = [await createOnnxBackend({ device: 'native', threads }), await createWasmBackend({ threads })];
const model = modelOf(peerNetworks[name], true);
const { inputs, targets } = createMinibatch(input, rows);
const data = { inputs: inputs.x, targets: targets.output };

/** @param {import('@vardrop/core').Backend} backend */
function oursOn(backend) {
  /** @type {import('@vardrop/core').TrainingState | undefined} */
  let state;
  return async () => {
    const stop = startClock();
    const all = (state?.step ?? 0) / (rows / batch) + epochs;
    ({ state } = await fit(model, { backend, data, batch, epochs: all, optimizer: adam(), state }));
    return stop();
  };
}

const torch = await startPeer(python, 'torchPeer.py');
/** @type {Record<string, { run: () => Promise<import('./networks/clock.js').Time>, times: import('./networks/clock.js').Time[] }>} */
const variants = {};
for (const backend of backends) variants[backend.name] = { run: oursOn(backend), times: [] };
for (const setting of torch ? ['eager', 'eager, fused Adam'] : []) {
  const question = { name, network: { ...peerNetworks[name], rows, epochs }, noise: true, setting, steps: 1 };
  variants[`PyTorch, ${setting}`] = { run: async () => (await torch?.ask(question))?.[0], times: [] };
}
const before = loadavg()[0];
for (let turn = -1; turn < turns; turn++) {
  for (const [variant, { run, times }] of Object.entries(variants)) {
    const time = await run();
    console.error(`turn ${turn + 1} of ${turns}: ${variant} ${(time.clock / 1000).toFixed(1)} s`);
    if (turn >= 0) times.push(time);
  }
}
torch?.stop();
for (const backend of backends) await backend.close();
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
