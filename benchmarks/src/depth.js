import { pathToFileURL } from 'node:url';
import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { adam, categorical, dense, initialState, sequential, sparseVariational } from '@vardrop/core';
import { createTrainer, trainingProgram } from '@vardrop/core/extend';
import { bindBatch, createBuilder, expand, fuse, hostNoise, print, simplify, validate } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { option } from './commandLine.js';

// How long deep programs take until they run: nodes against milliseconds, for each stage and each backend. After a build:
//   node benchmarks/src/depth.js [--layers 50,100,200] [--chain 1000,10000,100000] [--backends reference,onnx:native,…]

/** @type {Record<string, () => Promise<import('@vardrop/core').Backend<any>>>} */
const backends = {
  reference: async () => createReferenceBackend(),
  'tfjs:cpu': () => createTfjsBackend({ device: 'cpu' }),
  'tfjs:wasm': () => createTfjsBackend({ device: 'wasm' }),
  'onnx:wasm': () => createOnnxBackend({ device: 'wasm' }),
  'onnx:native': () => createOnnxBackend({ device: 'native' }),
  'gpujs:webasm': () => createGpujsBackend({ mode: 'webasm' }),
  'gpujs:cpu': () => createGpujsBackend({ mode: 'cpu' }),
};

const numbers = (/** @type {string} */ text) => (text === '' ? [] : text.split(',').map(Number));

/** A chain of elementwise nodes. @param {number} nodes */
function chain(nodes) {
  const b = createBuilder('chain');
  let value = b.input('x', [4]);
  for (let i = 0; i < nodes; i++) value = b.tanh(value);
  b.output('y', value);
  return b.build();
}

/** Dense layers of 16 units with sparse variational dropout. @param {number} layers */
const network = (layers) =>
  sequential({
    input: [16],
    noise: sparseVariational(),
    layers: Array.from({ length: layers }, () => dense({ units: 16, activation: 'relu' })),
  });

/** Milliseconds of each of core's stages. @param {() => import('@vardrop/core/program').Program} build */
function timeStages(build) {
  /** @type {Record<string, number>} */
  const row = {};
  const timed = (/** @type {string} */ name, /** @type {() => any} */ stage) => {
    const start = performance.now();
    const result = stage();
    row[name] = Math.round(performance.now() - start);
    return result;
  };
  const built = timed('build', build);
  timed('validate', () => validate(built, { allowEmpty: true }));
  const expanded = timed('expand', () => expand(bindBatch(built, 10), ['sigmoid', 'softplus', 'tanh']));
  const simple = timed('simplify', () => simplify(expanded));
  timed('print', () => print(simple));
  const { program } = timed('noise', () => hostNoise(simple));
  timed('fuse', () => fuse(program, { inputs: 14, outputs: 1 }));
  return { nodes: built.nodes.length, simplified: simple.nodes.length, ...row };
}

/** Milliseconds until a training step has been computed. @param {string} name @param {number} layers */
async function timeFirstStep(name, layers) {
  const model = network(layers);
  const likelihood = categorical();
  const optimizer = adam();
  const backend = await backends[name]();
  const state = initialState(model, likelihood, optimizer, 1);
  const start = performance.now();
  let compiled = 0;
  const noting = {
    ...backend,
    compile: async (/** @type {import('@vardrop/core/program').Program} */ program) => {
      const before = performance.now();
      const executable = await backend.compile(program);
      compiled = performance.now() - before;
      return executable;
    },
  };
  const trainer = createTrainer(model, { backend: noting, likelihood, optimizer, state });
  const minibatch = { x: new Float32Array(160).fill(0.5), y: new Float32Array(160).fill(1 / 16), rows: 10 };
  await trainer.run(minibatch, { learningRate: 0.001, klScale: 0.001 });
  const first = performance.now() - start;
  trainer.dispose();
  await backend.close();
  return { backend: name, layers, 'compile ms': Math.round(compiled), 'to the first step, ms': Math.round(first) };
}

async function main() {
  const layers = numbers(option('--layers', '50,100,200'));
  const chains = numbers(option('--chain', '1000,10000,100000'));
  const names = option('--backends', Object.keys(backends).join()).split(',');
  console.log("Core's stages, milliseconds: chains of elementwise nodes, then training steps of dense layers");
  console.table(chains.map((nodes) => timeStages(() => chain(nodes))));
  console.table(layers.map((count) => timeStages(() => trainingProgram(network(count), categorical(), adam()))));
  const rows = [];
  for (const name of names) for (const count of layers) rows.push(await timeFirstStep(name, count));
  console.table(rows);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
