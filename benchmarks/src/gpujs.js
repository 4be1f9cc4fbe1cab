import { loadavg } from 'node:os';
import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { compileProgram, createBuilder, createTrainer } from '@vardrop/core';
import { describeTimes, median } from './statistics.js';
import { contractions, createMinibatch, createWorkload, learningRate, trainingSize } from './workload.js';

/**
 * Times the adapter of gpu.js on webasm: one layer of 1000x784x500 by local reparametrization as one kernel (inference),
 * with δ kept too (training) and as separate kernels, beside the adapter's own product of that size, in turns within one process;
 * then a training step of workload W, its contractions alone, and the deterministic step. Options: `--repetitions 20`,
 * `--warmup 3`, `--no-step`.
 */
const words = process.argv.slice(2);
const option = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
  words.includes(name) ? Number(words[words.indexOf(name) + 1]) : otherwise;
const repetitions = option('--repetitions', 20);
const warmup = option('--warmup', 3);
const backend = await createGpujsBackend({ mode: 'webasm' });

/** @param {number} count */
const fill = (count) => Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);

/**
 * A program on numbers that stay uploaded; a run waits for all of its outputs.
 *
 * @param {import('@vardrop/core').Program} program
 */
async function prepare(program) {
  const compiled = await compileProgram(backend, program);
  const inputs = Object.fromEntries(
    program.nodes.flatMap((node) => {
      if (node.op !== 'input') return [];
      const shape = /** @type {number[]} */ (node.shape);
      return [[node.name, backend.upload(fill(shape.reduce((a, b) => a * b, 1)), shape)]];
    }),
  );
  return async () => {
    const { outputs } = compiled.run(inputs, [{}]);
    for (const tensor of Object.values(outputs[0])) {
      await backend.native(tensor);
      backend.dispose(tensor);
    }
  };
}

const [m, k, n] = [1000, 784, 500];

function product() {
  const b = createBuilder('product');
  b.output('y', b.matmul(b.input('a', [m, k]), b.input('w', [k, n])));
  return b.build();
}

/** @param {'inference' | 'training' | 'separate'} form */
function layer(form) {
  const b = createBuilder(form);
  const a = b.input('a', [m, k]);
  const gamma = b.matmul(a, b.input('mean', [k, n]));
  const square = b.mul(a, a);
  const delta = b.matmul(square, b.input('variance', [k, n]));
  const y = b.max(b.add(b.add(gamma, b.mul(b.sqrt(b.abs(delta)), b.input('noise', [m, n]))), b.input('bias', [n])), 0);
  b.output('y', y);
  if (form !== 'inference') b.output('delta', delta);
  // Outputs have a kernel of their own each.
  if (form === 'separate') {
    b.output('square', square);
    b.output('gamma', gamma);
  }
  return b.build();
}

/** Every contraction of a step, each summed up so that little is read back. @param {boolean} noise */
function products(noise) {
  const b = createBuilder('contractions');
  /** @type {Map<string, import('@vardrop/core').Value>} */
  const inputs = new Map();
  const tensor = (/** @type {number} */ rows, /** @type {number} */ columns, /** @type {number} */ copy) => {
    const name = `${rows}x${columns} ${copy}`;
    inputs.set(name, inputs.get(name) ?? b.input(name, [rows, columns]));
    return /** @type {import('@vardrop/core').Value} */ (inputs.get(name));
  };
  contractions(noise).forEach((each, i) => {
    for (let copy = 0; copy < each.count; copy++) {
      b.output(`${i} ${copy}`, b.matmul(tensor(each.m, each.k, 0), tensor(each.k, each.n, 1 + 2 * i + copy)));
    }
  });
  return b.build();
}

/** @param {boolean} noise */
function createStep(noise) {
  const workload = createWorkload(noise);
  const trainer = createTrainer(workload.model, { backend, ...workload });
  const minibatch = createMinibatch();
  return () => trainer.run(minibatch, { learningRate, klScale: 1 / trainingSize });
}

/** @param {Record<string, () => Promise<unknown>>} variants @param {number} count */
async function time(variants, count) {
  const times = Object.fromEntries(Object.keys(variants).map((name) => [name, /** @type {number[]} */ ([])]));
  for (let repetition = -warmup; repetition < count; repetition++) {
    for (const [name, run] of Object.entries(variants)) {
      const start = performance.now();
      await run();
      if (repetition >= 0) times[name].push(performance.now() - start);
    }
  }
  for (const [name, list] of Object.entries(times)) console.log(`  ${name}: ${describeTimes(list)}`);
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

const before = loadavg();
console.log('One layer, 1000x784x500, gpujs:webasm');
const one = await time(
  {
    product: await prepare(product()),
    inference: await prepare(layer('inference')),
    training: await prepare(layer('training')),
    separate: await prepare(layer('separate')),
  },
  repetitions,
);
console.log(`  the product runs at ${((2e-6 * m * k * n) / one.product).toFixed(2)} GFLOP/s`);
for (const name of ['inference', 'training', 'separate']) {
  console.log(`  ${name}: ${(one[name] / one.product).toFixed(2)} times the product`);
}
if (!words.includes('--no-step')) {
  console.log('Workload W, gpujs:webasm');
  const step = await time(
    {
      step: createStep(true),
      contractions: await prepare(products(true)),
      'deterministic step': createStep(false),
      'deterministic contractions': await prepare(products(false)),
    },
    Math.ceil(repetitions / 4),
  );
  console.log(`  share in contractions: ${((100 * step.contractions) / step.step).toFixed(1)} %`);
  console.log(
    `  against the deterministic step: ${(step.step / step['deterministic step']).toFixed(2)} times its time`,
  );
}
console.log(`  load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);
await backend.close();
