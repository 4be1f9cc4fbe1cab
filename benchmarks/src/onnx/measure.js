import {
  adam,
  categorical,
  createTrainer,
  dense,
  initialState,
  local,
  logUniformSigmoid,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import * as ort from 'onnxruntime-web/webgpu';
import { createBackend } from '../../../packages/adapter-onnx/dist/backend.js';
import { loadRuntime } from '../../../packages/adapter-onnx/dist/loadRuntime.js';
import { createHostMemory } from '../../../packages/adapter-onnx/dist/memory.js';
import { createRandom, learningRate, trainingSize } from '../workload.js';
import { countTraffic } from './traffic.js';

/** @typedef {{ widths: number[], batch: number, repetitions: number, warmup: number, memory: boolean }} Options */

/** @param {Options} options */
function createMinibatch({ widths, batch }) {
  const random = createRandom();
  const classes = widths[widths.length - 1];
  const x = Float32Array.from({ length: batch * widths[0] }, () => (random() < 0.2 ? random() : 0));
  const y = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) y[row * classes + Math.floor(random() * classes)] = 1;
  return { x, y, rows: batch };
}

/** @param {Options} options @param {import('@vardrop/core').Backend} backend */
function createStep({ widths, ...options }, backend) {
  const model = sequential({
    input: [widths[0]],
    layers: widths.slice(1).map((units, i) => dense({ units, activation: i + 2 < widths.length ? 'relu' : 'linear' })),
    noise: sparseVariational(),
    estimator: local(),
    divergence: logUniformSigmoid(),
  });
  const [likelihood, optimizer] = [categorical(), adam()];
  const state = initialState(model, likelihood, optimizer, 1);
  const trainer = createTrainer(model, { backend, likelihood, optimizer, state });
  const minibatch = createMinibatch({ widths, ...options });
  return () => trainer.run(minibatch, { learningRate, klScale: 1 / trainingSize });
}

/** The state on the GPU, as the adapter has it, and on the host, for comparison. */
const places = {
  'on the GPU': () => loadRuntime({ device: 'webgpu', threads: 1, ort }),
  'through the host': async () => {
    const { sessionOptions, ...runtime } = await loadRuntime({ device: 'webgpu', threads: 1, ort });
    const { preferredOutputLocation, ...rest } = sessionOptions;
    return { ...runtime, sessionOptions: rest, memory: createHostMemory(ort) };
  },
};

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/**
 * Steps of sparse variational dropout in turns, state on the GPU and through the host: time, bytes that cross, submissions;
 * then the GPU's buffers at step 20 and at step 200.
 *
 * @param {Options} options
 */
export async function measure(options) {
  const traffic = countTraffic();
  const variants = [];
  for (const [place, load] of Object.entries(places)) {
    const backend = createBackend(await load());
    variants.push({ place, backend, step: createStep(options, backend), times: /** @type {number[]} */ ([]) });
  }
  const crossed = new Map(variants.map(({ place }) => [place, { written: 0, read: 0, submissions: 0 }]));
  for (let i = -options.warmup; i < options.repetitions; i++) {
    for (const { place, step, times } of variants) {
      const before = traffic();
      const start = performance.now();
      const { loss } = await step();
      if (i < 0) continue;
      times.push(performance.now() - start);
      const after = traffic();
      const sum = /** @type {{ written: number, read: number, submissions: number }} */ (crossed.get(place));
      for (const key of /** @type {const} */ (['written', 'read', 'submissions'])) sum[key] += after[key] - before[key];
      if (!Number.isFinite(loss)) throw new Error(`${place}: a loss of ${loss}`);
    }
  }
  for (const { place, times } of variants) {
    const { written, read, submissions } = /** @type {{ written: number, read: number, submissions: number }} */ (
      crossed.get(place)
    );
    const each = options.repetitions;
    const sorted = times.sort((a, b) => a - b);
    console.info(
      `state ${place}: a step ${sorted[sorted.length >> 1].toFixed(0)} ms (${sorted[0].toFixed(0)} to ${sorted[sorted.length - 1].toFixed(0)}); ${megabytes(written / each)} written, ${read / each < 1024 ? `${read / each} bytes` : megabytes(read / each)} read, ${(submissions / each).toFixed(1)} submissions`,
    );
  }
  for (const { backend } of variants) await backend.close();
  if (options.memory) await measureMemory(options, traffic);
}

/** @param {Options} options @param {ReturnType<typeof countTraffic>} traffic */
async function measureMemory(options, traffic) {
  const backend = createBackend(await places['on the GPU']());
  const step = createStep(options, backend);
  const before = traffic();
  for (let i = 1; i <= 200; i++) {
    await step();
    if (i !== 20 && i !== 200) continue;
    for (let j = 0; j < 5; j++) {
      /** @type {{ gc?: () => void }} */ (globalThis).gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { buffers, bytes } = traffic();
    const { usedJSHeapSize } = /** @type {{ memory: { usedJSHeapSize: number } }} */ (
      /** @type {unknown} */ (performance)
    ).memory;
    console.info(
      `step ${i}: ${buffers - before.buffers} buffers, ${megabytes(bytes - before.bytes)} on the GPU; ${backend.liveTensors()} tensors; heap ${megabytes(usedJSHeapSize)}`,
    );
  }
  await backend.close();
}
