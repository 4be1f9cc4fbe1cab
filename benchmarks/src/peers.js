import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { describeTimes, median } from '@vardrop/experiments';
import { given, option } from './commandLine.js';
import { startClock } from './networks/clock.js';
import { createRun, gigaflopOf, productsProgram } from './networks/products.js';
import { leastMegabytes, streamMegabytes, streamProgram } from './peers/bandwidth.js';
import { createNetworkStep, peerNetworks } from './peers/networks.js';
import { installPeers, peersPython, startPeer } from './peers/python.js';

// Training steps on onnx:native beside eager and compiled PyTorch and jitted JAX, in turns. `--install` makes a Python environment of
// the peers' own first, and does nothing else. Options: --networks W,… --repetitions 15 --steps 2 (timed steps of a turn)
// --seconds 600 (after which no further turn starts) --threads 2 --python PATH --no-peers --no-deterministic --json FILE

if (given('--install')) {
  installPeers(option('--python', 'python3'));
  process.exit();
}

const names = option('--networks', Object.keys(peerNetworks).join()).split(',');
const noises = given('--no-deterministic') ? [true] : [true, false];
const repetitions = Number(option('--repetitions', '15'));
const steps = Number(option('--steps', '2'));
const seconds = Number(option('--seconds', '600'));
const threads = Number(option('--threads', String(availableParallelism())));
const python = option('--python', peersPython());

/** Settings of the peers with noise; without it, the first two of PyTorch and the first of JAX. */
const settings = {
  torch: ['eager', 'eager, fused Adam', 'eager, fused Adam, one thread', 'compiled, fused Adam'],
  jax: ['threefry2x32', 'rbg'],
};

/** @typedef {import('./networks/clock.js').Time} Time */
/** @typedef {{ network: string, noise: boolean, name: string, run: () => Promise<Time[]>, times: Time[] }} Variant */
/** @type {Variant[]} */
const variants = [];
/** @type {Record<string, { gigaflop: number, megabytes: number }>} */
const amounts = {};

/** Times so many runs after one that leads in. @param {() => Promise<unknown>} run */
async function timesOf(run) {
  await run();
  const times = [];
  for (let i = 0; i < steps; i++) {
    const stop = startClock();
    await run();
    times.push(stop());
  }
  return times;
}

const backend = await createOnnxBackend({ device: 'native', threads });
const peers = given('--no-peers')
  ? {}
  : { torch: await startPeer(python, 'torchPeer.py'), jax: await startPeer(python, 'jaxPeer.py') };
const versions = Object.values(peers).map((peer) => peer?.about ?? 'a peer is missing');

for (const network of names) {
  for (const noise of noises) {
    const add = (/** @type {string} */ name, /** @type {Variant['run']} */ run) =>
      variants.push({ network, noise, name, run, times: [] });
    const { run, program } = await createNetworkStep(backend, network, noise);
    amounts[`${network} ${noise}`] = { gigaflop: gigaflopOf(program), megabytes: leastMegabytes(program) };
    add('onnx:native', () => timesOf(run));
    for (const multiply of [true, false]) {
      const products = await createRun(backend, productsProgram(program, multiply));
      add(multiply ? 'its products' : 'their operands', () => timesOf(products));
    }
    for (const [peer, process] of Object.entries(peers)) {
      if (!process) continue;
      const all = settings[/** @type {keyof typeof settings} */ (peer)];
      for (const setting of noise ? all : all.slice(0, peer === 'torch' ? 2 : 1)) {
        const question = { name: network, network: peerNetworks[network], noise, setting, steps };
        add(`${peer}, ${setting}`, () => process.ask(question));
      }
    }
  }
}
const stream = await createRun(backend, streamProgram());
/** @type {Variant} */
const streaming = { network: 'memory', noise: false, name: 'stream', run: () => timesOf(stream), times: [] };
variants.push(streaming);

const before = loadavg()[0];
const start = performance.now();
for (let repetition = -1; repetition < repetitions; repetition++) {
  if (repetition > 0 && performance.now() - start > 1000 * seconds) break;
  for (const { run, times } of variants) {
    const taken = await run();
    if (repetition >= 0) times.push(...taken);
  }
}
const after = loadavg()[0];
for (const peer of Object.values(peers)) peer?.stop();
await backend.close();

const clockOf = (/** @type {Time[]} */ times) => median(times.map(({ clock }) => clock));
const workOf = (/** @type {Time[]} */ times) => median(times.map(({ work }) => work));
const bandwidth = streamMegabytes / clockOf(streaming.times);
console.log(
  `Training steps, ${cpus()[0].model}, ${threads} threads, Node ${process.version}, ${versions.join(', ')}, load ${before.toFixed(1)} to ${after.toFixed(1)}`,
);
console.log(`Memory: ${bandwidth.toFixed(1)} GB/s, two numbers read, their product written and read`);
for (const network of names) {
  for (const noise of noises) {
    const own = variants.filter((variant) => variant.network === network && variant.noise === noise);
    const [step, products, operands] = own.map(({ times }) => times);
    console.log(`${network}, ${noise ? 'sparse variational' : 'deterministic'}:`);
    for (const { name, times } of own) {
      const isPeer = !own.slice(0, 3).some((variant) => variant.name === name);
      const ratio = (/** @type {(times: Time[]) => number} */ of) => (of(step) / of(times)).toFixed(2);
      const beside = isPeer ? `; onnx:native takes ${ratio(clockOf)} × its time, ${ratio(workOf)} × its work` : '';
      const clock = describeTimes(times.map((time) => time.clock));
      console.log(`  ${name}: ${clock}, work ${workOf(times).toFixed(1)}${beside}`);
    }
    const alone = clockOf(products) - clockOf(operands);
    const { gigaflop, megabytes } = amounts[`${network} ${noise}`];
    console.log(
      `  products are ${((100 * alone) / clockOf(step)).toFixed(0)} % of the step, alone ${((1000 * gigaflop) / alone).toFixed(0)} GFLOP/s; ` +
        `at least ${megabytes.toFixed(0)} MB move, which takes ${(megabytes / bandwidth).toFixed(1)} ms`,
    );
  }
}
if (given('--json')) {
  const results = variants.map(({ network, noise, name, times }) => ({ network, noise, name, times }));
  const about = { processor: cpus()[0].model, threads, versions, before, after };
  await writeFile(option('--json', ''), JSON.stringify({ ...about, amounts, results }, null, 1));
}
