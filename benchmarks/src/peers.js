import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { describeTimes, median } from '@vardrop/experiments';
import { given, option } from './commandLine.js';
import { createRun, gigaflopOf, productsProgram } from './networks/products.js';
import { createNetworkStep, peerNetworks } from './peers/networks.js';
import { installPeers, peersPython, startPeer } from './peers/python.js';

// Training steps on onnx:native beside eager and compiled PyTorch and jitted JAX, in turns. `--install` makes a Python environment of
// the peers' own first, and does nothing else. Options: --networks W,… --repetitions 15 --steps 2 (timed steps of a turn)
// --threads 2 --python PATH --no-peers --json FILE

if (given('--install')) {
  installPeers(option('--python', 'python3'));
  process.exit();
}

const names = option('--networks', Object.keys(peerNetworks).join()).split(',');
const repetitions = Number(option('--repetitions', '15'));
const steps = Number(option('--steps', '2'));
const threads = Number(option('--threads', String(availableParallelism())));
const python = option('--python', peersPython());

/** Settings of the peers with noise; without it, the first two of PyTorch and the first of JAX. */
const settings = {
  torch: ['eager', 'eager, fused Adam', 'eager, fused Adam, one thread', 'compiled, fused Adam'],
  jax: ['threefry2x32', 'rbg'],
};

/** @typedef {{ network: string, noise: boolean, name: string, run: () => Promise<number[]>, times: number[] }} Variant */
/** @type {Variant[]} */
const variants = [];
/** @type {Record<string, number>} */
const gigaflops = {};

/** Times so many runs after one that leads in. @param {() => Promise<unknown>} run @param {number} count */
async function timesOf(run, count) {
  await run();
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times;
}

const backend = await createOnnxBackend({ device: 'native', threads });
const peers = given('--no-peers')
  ? {}
  : { torch: await startPeer(python, 'torchPeer.py'), jax: await startPeer(python, 'jaxPeer.py') };
const versions = Object.values(peers).map((peer) => peer?.about ?? 'a peer is missing');

for (const network of names) {
  for (const noise of [true, false]) {
    const add = (/** @type {string} */ name, /** @type {Variant['run']} */ run) =>
      variants.push({ network, noise, name, run, times: [] });
    const { run, program } = await createNetworkStep(backend, network, noise);
    gigaflops[`${network} ${noise}`] = gigaflopOf(program);
    add('onnx:native', () => timesOf(run, steps));
    for (const multiply of [true, false]) {
      const products = await createRun(backend, productsProgram(program, multiply));
      add(multiply ? 'its products' : 'their operands', () => timesOf(products, steps));
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

const before = loadavg()[0];
for (let repetition = -2; repetition < repetitions; repetition++) {
  for (const { run, times } of variants) {
    const taken = await run();
    if (repetition >= 0) times.push(...taken);
  }
}
const after = loadavg()[0];
for (const peer of Object.values(peers)) peer?.stop();
await backend.close();

console.log(
  `Training steps, ${cpus()[0].model}, ${threads} threads, Node ${process.version}, ${versions.join(', ')}, load ${before.toFixed(1)} to ${after.toFixed(1)}`,
);
for (const network of names) {
  for (const noise of [true, false]) {
    const own = variants.filter((variant) => variant.network === network && variant.noise === noise);
    const time = (/** @type {string} */ name) => median(own.find((variant) => variant.name === name)?.times ?? []);
    const step = time('onnx:native');
    const products = time('its products') - time('their operands');
    console.log(`${network}, ${noise ? 'sparse variational' : 'deterministic'}:`);
    for (const { name, times } of own) {
      const ratio = name.startsWith('onnx') || name.startsWith('i') || name.startsWith('their');
      const beside = ratio ? '' : `; onnx:native takes ${(step / median(times)).toFixed(2)} ×`;
      console.log(`  ${name}: ${describeTimes(times)}${beside}`);
    }
    const rate = gigaflops[`${network} ${noise}`] / (products / 1000);
    console.log(
      `  products are ${((100 * products) / step).toFixed(0)} % of the step, alone ${rate.toFixed(0)} GFLOP/s`,
    );
  }
}
if (given('--json')) {
  const results = variants.map(({ network, noise, name, times }) => ({ network, noise, name, times }));
  const processor = cpus()[0].model;
  await writeFile(
    option('--json', ''),
    JSON.stringify({ processor, threads, versions, before, after, results }, null, 1),
  );
}
