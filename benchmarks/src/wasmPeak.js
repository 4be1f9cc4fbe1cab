import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import { bindBatch, boundProgram, createBuilder } from '@vardrop/core/program';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { option } from './commandLine.js';
import { hasRelaxed, measurePeak, startPeak } from './wasmPeak/peakModule.js';

// Matrix products on WebAssembly against the most that multiply-add loops reach: of numbers in registers, and of panels in
// the first cache, which a product can come close to. All take turns. The best of each counts, in operations in a
// nanosecond, since other programs only take time away. After a build:
//   node [--experimental-wasm-relaxed-simd] benchmarks/src/wasmPeak.js [--rounds 10] [--backends wasm:1,wasm:2,…] [--clock processor]
// With `--clock processor` products are measured in time of the processor, of all threads together: what is left to compare
// where other programs keep the machine busy. Loops are so short that they are measured in time of the clock.

/** @type {Record<string, () => Promise<import('@vardrop/core').Backend<any>>>} */
const backends = {
  'wasm:1': () => createWasmBackend({ threads: 1 }),
  'wasm:2': () => createWasmBackend({ threads: 2 }),
  'wasm:1:relaxed': () => createWasmBackend({ threads: 1, relaxedSimd: true }),
  'wasm:2:relaxed': () => createWasmBackend({ threads: 2, relaxedSimd: true }),
  'tfjs:wasm': () => createTfjsBackend({ device: 'wasm' }),
  'onnx:wasm:1': () => createOnnxBackend({ device: 'wasm', threads: 1, worker: true }),
  'onnx:wasm:2': () => createOnnxBackend({ device: 'wasm', threads: 2, worker: true }),
};

/** Rows, terms and columns, and the flags: the layers of a network of 784-500-500-10 units, forward and backward. */
const products = /** @type {const} */ ([
  [1000, 784, 500, ''],
  [1000, 500, 500, ''],
  [784, 1000, 500, 'A'],
  [500, 1000, 500, 'A'],
  [1000, 500, 500, 'B'],
  [1000, 500, 10, ''],
  [500, 1000, 10, 'A'],
  [100, 784, 500, ''],
  [784, 100, 500, 'A'],
  [10, 500, 500, ''],
  [10, 500, 500, 'B'],
  [1, 784, 500, ''],
  [1, 500, 500, 'B'],
]);

/** Compiles a product. Its result is what `measure` gives for a run, and its name. @param {keyof typeof backends} on @param {import('@vardrop/core').Backend<any>} backend @param {(typeof products)[number]} product */
async function prepare(on, backend, [m, k, n, flag]) {
  const b = createBuilder('product');
  const [transposeA, transposeB] = [flag === 'A', flag === 'B'];
  const shapes = [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]];
  const y = b.matmul(b.input('a', shapes[0], 'iteration'), b.input('b', shapes[1], 'iteration'), {
    transposeA,
    transposeB,
  });
  b.output('y', y);
  const executable = await backend.compile(boundProgram(bindBatch(b.build(), 1)));
  const [left, right] = shapes.map((shape) =>
    backend.upload(
      Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => ((i * 7) % 13) / 13 - 0.4),
      shape,
    ),
  );
  // Enough of them that reading the last result takes little of the time.
  const iterations = Math.max(1, Math.min(200, Math.round(2e8 / (2 * m * k * n))));
  const each = Array.from({ length: iterations }, () => ({ inputs: { a: left, b: right } }));
  const measure = async () => {
    const start = now();
    const { outputs } = executable.run({}, each);
    await backend.read(outputs[iterations - 1].y);
    const milliseconds = now() - start;
    for (const output of outputs) backend.dispose(output.y);
    return (iterations * 2 * m * k * n) / milliseconds / 1e6;
  };
  return { name: on, measure };
}

/** Milliseconds. */
function now() {
  if (!ofProcessor) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What takes turns: it gives operations in a nanosecond. @typedef {{ readonly name: string, readonly measure: () => Promise<number> }} Player */

/** @param {readonly Player[]} players @param {number} rounds @returns {Promise<Record<string, number>>} */
async function best(players, rounds) {
  /** @type {Record<string, number>} */
  const most = Object.fromEntries(players.map(({ name }) => [name, 0]));
  for (let round = 0; round < rounds; round++)
    for (const { name, measure } of players) most[name] = Math.max(most[name], await measure());
  return Object.fromEntries(Object.entries(most).map(([name, each]) => [name, Math.round(each * 10) / 10]));
}

const ofProcessor = option('--clock', 'wall') === 'processor';
const rounds = Number(option('--rounds', '10'));
const names = option('--backends', Object.keys(backends).join()).split(',');
const running = new Map();
for (const name of names) running.set(name, await backends[name]());
const here = startPeak();
const workers = [0, 1].map(() => new Worker(new URL('./wasmPeak/peakWorker.js', import.meta.url)));
const loops = ['registers', 'cached', ...(hasRelaxed ? ['fused'] : [])];
/** @type {Player[]} */
const peaks = loops.flatMap((loop) => [
  { name: `${loop}:1`, measure: async () => measurePeak(here, loop) },
  {
    name: `${loop}:2`,
    measure: async () => {
      for (const worker of workers) worker.postMessage(loop);
      const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
      return answers.reduce((sum, [rate]) => sum + rate, 0);
    },
  },
]);
const rows = [];
for (const product of products) {
  const players = [...peaks];
  for (const [name, backend] of running) players.push(await prepare(name, backend, product));
  const most = await best(players, rounds);
  const [m, k, n, flag] = product;
  const shares = names
    .filter((name) => !name.endsWith(':2'))
    .map((name) => [`${name} of cached`, (most[name] / most['cached:1']).toFixed(2)]);
  rows.push({ product: `${m}×${k}×${n}${flag && ` ${flag}ᵀ`}`, ...most, ...Object.fromEntries(shares) });
}
console.table(rows);
for (const backend of running.values()) await backend.close();
await Promise.all(workers.map((worker) => worker.terminate()));
