import { quantiles } from '@vardrop/experiments';
import * as ort from 'onnxruntime-web/webgpu';
import { allParts } from '../../../packages/adapter-onnx/dist/allParts.js';
import { createBackend } from '../../../packages/adapter-onnx/dist/backend.js';
import { createHostMemory } from '../../../packages/adapter-onnx/dist/memory/memory.js';
import { loadRuntime } from '../../../packages/adapter-onnx/dist/start/loadRuntime.js';
import { collectGarbage } from '../collectGarbage.js';
import { createStep } from '../workload.js';
import { countTraffic } from './traffic.js';

/** @typedef {{ repetitions: number, warmup: number, memory: boolean }} Options */

/** The state on the GPU, as the adapter has it, and on the host, for comparison. */
const places = {
  'on the GPU': () => loadRuntime({ parts: allParts, device: 'webgpu', threads: 1, ort }),
  'through the host': async () => {
    const { sessionOptions, ...runtime } = await loadRuntime({ parts: allParts, device: 'webgpu', threads: 1, ort });
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
 * @param {import('@vardrop/experiments').Workload} workload
 * @param {Options} options
 */
export async function measure(workload, options) {
  const traffic = countTraffic();
  const variants = [];
  for (const [place, load] of Object.entries(places)) {
    const backend = createBackend(await load());
    variants.push({ place, backend, ...createStep(backend, true, workload), times: /** @type {number[]} */ ([]) });
  }
  const crossed = new Map(variants.map(({ place }) => [place, { written: 0, read: 0, submissions: 0 }]));
  for (let i = -options.warmup; i < options.repetitions; i++) {
    for (const { place, run, times } of variants) {
      const before = traffic();
      const start = performance.now();
      const { loss } = await run();
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
    const [fastest, middle, slowest] = quantiles(times, [0, 0.5, 1]);
    console.info(
      `state ${place}: a step ${middle.toFixed(0)} ms (${fastest.toFixed(0)} to ${slowest.toFixed(0)}); ${megabytes(written / each)} written, ${read / each < 1024 ? `${read / each} bytes` : megabytes(read / each)} read, ${(submissions / each).toFixed(1)} submissions`,
    );
  }
  for (const { backend } of variants) await backend.close();
  if (options.memory) await measureMemory(workload, traffic);
}

/** @param {import('@vardrop/experiments').Workload} workload @param {ReturnType<typeof countTraffic>} traffic */
async function measureMemory(workload, traffic) {
  const backend = createBackend(await places['on the GPU']());
  const { run } = createStep(backend, true, workload);
  const before = traffic();
  for (let i = 1; i <= 200; i++) {
    await run();
    if (i !== 20 && i !== 200) continue;
    await collectGarbage();
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
