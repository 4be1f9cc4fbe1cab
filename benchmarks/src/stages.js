import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { createOnnxBackend } from '@vardrop/adapter-onnx';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { adam, initialState } from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import { bindBatch, elementCount, expand, fuse, hostNoise, print, simplify, validate } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

/** The backends of Node. @type {Record<string, () => Promise<import('@vardrop/core').Backend<any>>>} */
export const nodeBackends = {
  reference: async () => createReferenceBackend(),
  'tfjs:cpu': () => createTfjsBackend({ device: 'cpu' }),
  'tfjs:wasm': () => createTfjsBackend({ device: 'wasm' }),
  'onnx:wasm': () => createOnnxBackend({ device: 'wasm' }),
  'onnx:native': () => createOnnxBackend({ device: 'native' }),
  'gpujs:webasm': () => createGpujsBackend({ mode: 'webasm' }),
  'gpujs:cpu': () => createGpujsBackend({ mode: 'cpu' }),
};

/** Milliseconds of each of core's stages. @param {() => import('@vardrop/core/program').Program} build */
export function timeStages(build) {
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

/**
 * Milliseconds until a training step of `rows` datapoints has been computed, and of the steps after it.
 * @param {string} name @param {import('@vardrop/core').Model} model @param {number} rows @param {number} steps
 */
export async function timeSteps(name, model, rows, steps) {
  const optimizer = adam();
  const backend = await nodeBackends[name]();
  const state = initialState(model, optimizer, 1);
  const start = performance.now();
  let compiled = 0;
  const noting = {
    ...backend,
    compile: async (/** @type {import('@vardrop/core/program').BoundProgram} */ program) => {
      const before = performance.now();
      const executable = await backend.compile(program);
      compiled = performance.now() - before;
      return executable;
    },
  };
  const trainer = createTrainer(model, { backend: noting, optimizer, state });
  const filled = (/** @type {readonly number[]} */ shape, /** @type {number} */ value) =>
    new Float32Array(rows * elementCount(shape)).fill(value);
  const minibatch = {
    rows,
    inputs: { [model.inputs[0].name]: filled(model.inputShape, 0.5) },
    targets: { [model.outputs[0].name]: filled(model.outputShape, 1 / 16) },
  };
  const scales = { learningRateFactor: 1, klScale: 0.001 };
  await trainer.run(minibatch, scales);
  const first = performance.now() - start;
  const later = [];
  for (let i = 0; i < steps; i++) {
    const before = performance.now();
    await trainer.run(minibatch, scales);
    later.push(performance.now() - before);
  }
  trainer.dispose();
  await backend.close();
  later.sort((a, b) => a - b);
  return {
    'compile ms': Math.round(compiled),
    'to the first step, ms': Math.round(first),
    ...(steps > 0 && { 'a step, ms': Number(later[Math.floor(steps / 2)].toFixed(1)) }),
  };
}
