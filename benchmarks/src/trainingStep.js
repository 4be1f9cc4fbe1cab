import { loadavg } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { createBuilder } from '@vardrop/core/program';
import { createRandom, describeTimes, median } from '@vardrop/experiments';
import { given, option } from './commandLine.js';
import { createHandWrittenStep } from './handWrittenStep.js';
import { nodeMemory } from './nodeMemory.js';
import { startDevice } from './tfjsDevice.js';
import { contractions, createMinibatch, createStep, gigaflop } from './workload.js';

/**
 * Times workload W on tfjs: the step, its contractions alone, the deterministic step and a hand-written tfjs step, in
 * turns within one process; then memory at step 20 and step 200. Options: `--device wasm` (or `cpu`, `webgpu`),
 * `--repetitions 20`, `--warmup 6`, `--memory 20,200` (the steps after which it is looked at), `--json FILE`.
 */
const options = {
  device: option('--device', 'wasm'),
  repetitions: Number(option('--repetitions', '20')),
  warmup: Number(option('--warmup', '6')),
  memory: option('--memory', '20,200').split(',').map(Number),
  json: given('--json') ? option('--json', '') : undefined,
};
const { finish, memory } = await startDevice(options.device);
/** On a device of its own, a product is timed with all others, from the first launch to the end of the last. */
const asynchronous = options.device === 'webgpu';
/** @type {Map<string, number> | undefined} */
let profile;
const backend = await createTfjsBackend({
  tf,
  device: /** @type {any} */ (options.device),
  profile: ({ kind, milliseconds }) => profile?.set(kind, (profile.get(kind) ?? 0) + milliseconds),
});

/**
 * Every contraction of a step, by itself, the fastest way that the adapter has. Where the device computes while we wait,
 * right-hand sides are such as it has not seen, as a step's weights and gradients are new.
 *
 * @param {boolean} noise
 */
async function createContractions(noise) {
  const products = await Promise.all(
    contractions(noise).map(async ({ m, k, n, count }) => {
      const b = createBuilder('contraction');
      b.output('product', b.matmul(b.input('left', [m, k]), b.input('right', [k, n])));
      return { m, k, n, count, executable: await backend.compile(b.build()) };
    }),
  );
  if (asynchronous) {
    const operands = products.map(({ m, k, n, count, executable }) => ({
      executable,
      left: backend.upload(randomValues(m * k), [m, k]),
      rights: Array.from({ length: count }, () => backend.upload(randomValues(k * n), [k, n])),
    }));
    return async () => {
      await finish();
      const start = performance.now();
      for (const { executable, left, rights } of operands) {
        for (const right of rights) backend.dispose(executable.run({ left, right }, [{}]).outputs[0].product);
      }
      await finish();
      return performance.now() - start;
    };
  }
  return async () => {
    let total = 0;
    for (const { m, k, n, count, executable } of products) {
      const left = backend.upload(randomValues(m * k), [m, k]);
      for (let i = 0; i < count; i++) {
        const right = backend.upload(randomValues(k * n), [k, n]);
        const start = performance.now();
        const { product } = executable.run({ left, right }, [{}]).outputs[0];
        total += performance.now() - start;
        backend.dispose(right);
        backend.dispose(product);
      }
      backend.dispose(left);
    }
    return total;
  };
}

/** The same with `tf.matMul`, without transpose flags, which is tfjs's fastest way on wasm. */
async function createLibraryContractions() {
  if (!asynchronous) return timeLibraryContractions;
  const operands = contractions(true).map(({ m, k, n, count }) => ({
    a: tf.tensor2d(randomValues(m * k), [m, k]),
    rights: Array.from({ length: count }, () => tf.tensor2d(randomValues(k * n), [k, n])),
  }));
  return async () => {
    await finish();
    const start = performance.now();
    for (const { a, rights } of operands) for (const b of rights) tf.matMul(a, b).dispose();
    await finish();
    return performance.now() - start;
  };
}

/** The same, one product after the other. */
async function timeLibraryContractions() {
  let total = 0;
  for (const { m, k, n, count } of contractions(true)) {
    const a = tf.tensor2d(randomValues(m * k), [m, k]);
    for (let i = 0; i < count; i++) {
      const b = tf.tensor2d(randomValues(k * n), [k, n]);
      const start = performance.now();
      const product = tf.matMul(a, b);
      total += performance.now() - start;
      tf.dispose([b, product]);
    }
    tf.dispose(a);
  }
  return total;
}

/** @param {number} count */
function randomValues(count) {
  const random = createRandom(count);
  return Float32Array.from({ length: count }, () => random() - 0.5);
}

const noisy = createStep(backend, true);
const deterministic = createStep(backend, false);
const handWritten = createHandWrittenStep(createMinibatch());
/** @type {Record<string, { times: number[], run: () => Promise<number>, kinds?: Map<string, number> }>} */
const variants = {
  step: { times: [], run: () => timed(noisy.run), kinds: new Map() },
  contractions: { times: [], run: await createContractions(true) },
  'contractions by tf.matMul': { times: [], run: await createLibraryContractions() },
  'deterministic step': { times: [], run: () => timed(deterministic.run), kinds: new Map() },
  'deterministic contractions': { times: [], run: await createContractions(false) },
  'hand-written tfjs step': { times: [], run: () => timed(handWritten.run) },
};

const loadBefore = loadavg();
for (let repetition = -options.warmup; repetition < options.repetitions; repetition++) {
  for (const [name, { times, run, kinds }] of Object.entries(variants)) {
    // The hand-written step needs no more than two runs to be warm, and takes longest by far.
    if (repetition < -2 && name.startsWith('hand')) continue;
    profile = repetition < 0 ? undefined : kinds;
    const time = await run();
    profile = undefined;
    if (repetition >= 0) times.push(time);
  }
}
const loadAfter = loadavg();
handWritten.dispose();

console.log(`Workload W on tfjs ${options.device}, milliseconds a step`);
for (const [name, { times }] of Object.entries(variants)) console.log(`  ${name}: ${describeTimes(times)}`);
for (const [name, { kinds, times }] of Object.entries(variants)) {
  if (!kinds) continue;
  const parts = [...kinds].map(([kind, total]) => /** @type {const} */ ([kind, total / times.length]));
  const inside = parts.reduce((sum, [, time]) => sum + time, 0);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  parts.push(['noise, copies, rest', mean - inside]);
  parts.sort((a, b) => b[1] - a[1]);
  console.log(`  mean by kind, ${name}: ${parts.map(([kind, time]) => `${kind} ${time.toFixed(1)}`).join(', ')}`);
}
const time = (/** @type {string} */ name) => median(variants[name].times);
const summary = {
  gigaflop,
  gigaflopPerSecond: (1000 * gigaflop) / time('contractions'),
  libraryGigaflopPerSecond: (1000 * gigaflop) / time('contractions by tf.matMul'),
  shareOfMatmulRate: time('contractions') / time('step'),
  deterministicShareOfMatmulRate: time('deterministic contractions') / time('deterministic step'),
  timesFasterThanHandWritten: time('hand-written tfjs step') / time('step'),
  timesTheDeterministicStep: time('step') / time('deterministic step'),
  load: { before: loadBefore, after: loadAfter },
};
console.log(
  `  ${gigaflop.toFixed(2)} GFLOP in contractions, alone at ${summary.gigaflopPerSecond.toFixed(1)} GFLOP/s (tf.matMul: ${summary.libraryGigaflopPerSecond.toFixed(1)})`,
);
console.log(
  `  share of its own matmul rate: ${percent(summary.shareOfMatmulRate)} (deterministic: ${percent(summary.deterministicShareOfMatmulRate)})`,
);
console.log(`  against the hand-written step: ${summary.timesFasterThanHandWritten.toFixed(1)} times faster`);
console.log(`  against the deterministic step: ${summary.timesTheDeterministicStep.toFixed(2)} times its time`);
console.log(
  `  load average before ${loadBefore.map((n) => n.toFixed(2))}, after ${loadAfter.map((n) => n.toFixed(2))}`,
);

deterministic.trainer.dispose();
const fresh = createStep(backend, true);
/** @type {Record<number, object>} */
const at = {};
for (const step of options.memory) {
  at[step] = await memoryAfter(fresh, step);
  console.log(`  memory at step ${step}: ${JSON.stringify(at[step])}`);
}
if (options.json) {
  const { writeFile } = await import('node:fs/promises');
  const times = Object.fromEntries(Object.entries(variants).map(([name, { times }]) => [name, times]));
  await writeFile(options.json, JSON.stringify({ ...summary, memory: at, times }, null, 2));
}

/** @param {() => Promise<unknown>} run */
async function timed(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** @param {ReturnType<typeof createStep>} step @param {number} until */
async function memoryAfter({ trainer, run }, until) {
  while (trainer.step < until) await run();
  const { heapMiB } = await nodeMemory();
  return { liveTensors: backend.liveTensors(), heapMiB, ...memory() };
}

/** @param {number} share */
function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

// Dawn holds on to its device, and with it to the process.
if (asynchronous) process.exit();
