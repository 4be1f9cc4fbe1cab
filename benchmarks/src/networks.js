import { cpus, loadavg } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import { adam, initialState } from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import { describeTimes, median } from '@vardrop/experiments';
import '@tensorflow/tfjs-backend-wasm';
import { given, option } from './commandLine.js';
import { startClock } from './networks/clock.js';
import { handWritten } from './networks/handWritten.js';
import { createMinibatch, networks, scales } from './networks/networks.js';
import { createRun, gigaflopOf, productsProgram } from './networks/products.js';
import { peersPython, startPeer } from './peers/python.js';
import { rounds } from './rounds.js';
import { startWebgpu } from './startWebgpu.js';

// Training steps of the networks that people build, in turns: on each backend the step and its products alone; beside them a step
// written by hand with tfjs and eager PyTorch, where they are. After a build:
//   node benchmarks/src/networks.js [--networks lenet,residual,gru,transformer] [--backends tfjs:wasm,onnx:wasm]
//     [--repetitions 20] [--warmup 3] [--seconds 10 (of all repetitions)] [--no-hand] [--no-torch] [--json FILE] [--profile (kinds of steps of tfjs)]

/** @type {Map<string, number> | undefined} */
let kinds;

/** @type {Record<string, () => Promise<import('@vardrop/core').Backend<any>>>} */
const backends = {
  'tfjs:wasm': () =>
    createTfjsBackend({
      device: 'wasm',
      profile: given('--profile')
        ? ({ kind, milliseconds }) => kinds?.set(kind, (kinds.get(kind) ?? 0) + milliseconds)
        : undefined,
    }),
  wasm: () => createWasmBackend(),
  'onnx:wasm': () => createOnnxBackend({ device: 'wasm' }),
  'onnx:native': () => createOnnxBackend({ device: 'native' }),
  'tfjs:cpu': () => createTfjsBackend({ device: 'cpu' }),
  'gpujs:webasm': () => createGpujsBackend({ mode: 'webasm' }),
  'tfjs:webgpu': () => startWebgpu().then(() => createTfjsBackend({ device: 'webgpu' })),
  'onnx:webgpu': () => createOnnxBackend({ device: 'webgpu' }),
  'gpujs:webgpu': () => startWebgpu().then(() => createGpujsBackend({ mode: 'webgpu' })),
};

const names = option('--networks', Object.keys(networks).join()).split(',');
const on = option('--backends', 'tfjs:wasm,onnx:wasm').split(',');
const repetitions = Number(option('--repetitions', '20'));
const warmup = Number(option('--warmup', '3'));
const seconds = Number(option('--seconds', 'Infinity'));

/** @typedef {{ network: string, name: string, run: () => Promise<import('./networks/clock.js').Time>, times: import('./networks/clock.js').Time[], kinds?: Map<string, number> }} Variant */
/** @type {Variant[]} */
const variants = [];
/** @type {Record<string, Record<string, unknown>>} */
const results = {};

/** The step of a network on a backend, and its products alone. @param {string} network @param {string} name @param {import('@vardrop/core').Backend<any>} backend */
async function addBackend(network, name, backend) {
  const { model: build, rows } = networks[network];
  const [model, optimizer] = [build(), adam()];
  /** @type {import('@vardrop/core/program').BoundProgram | undefined} */
  let step;
  let compiled = 0;
  const noting = {
    ...backend,
    async compile(/** @type {import('@vardrop/core/program').BoundProgram} */ program) {
      step = program;
      const start = performance.now();
      const executable = await backend.compile(program);
      compiled = performance.now() - start;
      return executable;
    },
  };
  const state = initialState(model, optimizer, 1);
  const trainer = createTrainer(model, { backend: noting, optimizer, state });
  const minibatch = createMinibatch(model.inputShape, rows);
  const start = performance.now();
  await trainer.run(minibatch, scales);
  const first = performance.now() - start;
  const program = /** @type {import('@vardrop/core/program').BoundProgram} */ (/** @type {unknown} */ (step));
  results[`${network} ${name}`] = {
    nodes: program.nodes.length,
    gigaflop: gigaflopOf(program),
    compileMilliseconds: compiled,
    firstStepMilliseconds: first,
  };
  const timedStep = async () => {
    const stop = startClock();
    await trainer.run(minibatch, scales);
    return stop();
  };
  variants.push({ network, name: `${name} step`, run: timedStep, times: [], kinds: new Map() });
  for (const multiply of [true, false]) {
    const run = await createRun(backend, productsProgram(program, multiply));
    variants.push({ network, name: `${name} ${multiply ? 'products' : 'operands'}`, run, times: [] });
  }
}

const torch = given('--no-torch') ? undefined : await startPeer(peersPython(), '../networks.py');
const running = Object.fromEntries(await Promise.all(on.map(async (name) => [name, await backends[name]()])));
for (const network of names) {
  for (const name of on) await addBackend(network, name, running[name]);
  if (!given('--no-hand')) {
    await tf.setBackend('wasm');
    const model = networks[network].model();
    for (const [name, create] of Object.entries(handWritten[network] ?? {})) {
      const run = create(tf, createMinibatch(model.inputShape, networks[network].rows));
      variants.push({ network, name: `tfjs:wasm ${name}`, run, times: [] });
    }
  }
  if (torch) variants.push({ network, name: 'PyTorch', run: () => torch.ask(network), times: [] });
}

const before = loadavg();
for (const repetition of rounds({ warmup, repetitions, seconds })) {
  for (const variant of variants) {
    kinds = repetition < 0 ? undefined : variant.kinds;
    const time = await variant.run();
    kinds = undefined;
    if (repetition >= 0) variant.times.push(time);
  }
}
const after = loadavg();
torch?.stop();

const versions = {
  node: process.version,
  tfjs: tf.version.tfjs,
  torch: torch?.about ?? 'not here',
  processor: cpus()[0].model,
};
const timeOf = (/** @type {string} */ network, /** @type {string} */ name) => {
  const variant = variants.find((each) => each.network === network && each.name === name);
  return variant && median(variant.times.map(({ work }) => work));
};
console.log(
  `Training steps, milliseconds of work on one thread, ${JSON.stringify(versions)}, load ${before[0].toFixed(1)} to ${after[0].toFixed(1)}`,
);
for (const network of names) {
  console.log(`${network}: ${networks[network].about}`);
  const own = variants.filter((variant) => variant.network === network);
  for (const { name, times } of own) {
    if (name.endsWith('operands')) continue;
    const clock = median(times.map((time) => time.clock));
    console.log(`  ${name}: ${describeTimes(times.map(({ work }) => work))}; by the clock ${clock.toFixed(1)}`);
  }
  for (const name of on) {
    const entry = results[`${network} ${name}`];
    const step = Number(timeOf(network, `${name} step`));
    const products = Number(timeOf(network, `${name} products`)) - Number(timeOf(network, `${name} operands`));
    const peers = own.flatMap((peer) =>
      peer.name.includes(' by ') || peer.name === 'PyTorch'
        ? [`${(Number(timeOf(network, peer.name)) / step).toFixed(2)} × ${peer.name}`]
        : [],
    );
    Object.assign(entry, { step, products, share: products / step });
    console.log(
      `  ${name}: share of its own products ${((100 * products) / step).toFixed(0)} %, ${((1000 * Number(entry.gigaflop)) / products).toFixed(1)} GFLOP/s alone; ` +
        `${entry.nodes} nodes, compiled in ${Number(entry.compileMilliseconds).toFixed(0)} ms; beside its step: ${peers.join(', ') || 'nothing else'}`,
    );
  }
  for (const { name, kinds: ofSteps, times } of own) {
    if (!ofSteps?.size) continue;
    const parts = [...ofSteps].map(([kind, total]) => /** @type {const} */ ([kind, total / times.length]));
    const inside = parts.reduce((sum, [, time]) => sum + time, 0);
    parts.push(['noise, copies, rest', times.reduce((sum, { clock }) => sum + clock, 0) / times.length - inside]);
    parts.sort((a, b) => b[1] - a[1]);
    console.log(`    mean by kind, ${name}: ${parts.map(([kind, time]) => `${kind} ${time.toFixed(1)}`).join(', ')}`);
  }
}
if (given('--json')) {
  const { writeFile } = await import('node:fs/promises');
  const times = variants.map(({ network, name, times }) => ({ network, name, times }));
  await writeFile(option('--json', ''), JSON.stringify({ versions, load: { before, after }, results, times }, null, 2));
}
for (const backend of Object.values(running)) await backend.close();
