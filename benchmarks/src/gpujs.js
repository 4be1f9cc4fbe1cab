import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { given, option } from './commandLine.js';
import { measureLayer, measureMemory, measurePlans, measureStep } from './gpujs/measure.js';
import { nodeMemory, noteWasmMemories } from './nodeMemory.js';
import { startWebgpu } from './startWebgpu.js';

/**
 * Times the adapter of gpu.js on webasm: a layer, a training step of workload W, several steps a plan; then memory. Options: `--repetitions 20`, `--warmup 3`, `--no-layer`, `--no-step`, `--plans 1,2,4`,
 * `--no-memory`, `--mode webgpu` (with the package `webgpu`); of the layer `--seconds 6` (a limit) and `--json FILE`.
 */
const repetitions = Number(option('--repetitions', '20'));
const warmup = Number(option('--warmup', '3'));
const counts = option('--plans', '1,2,4').split(',').map(Number);
const mode = /** @type {import('@vardrop/adapter-gpujs').GpujsMode} */ (option('--mode', 'webasm'));
const before = loadavg();
const log = console.log;
const memories = noteWasmMemories();

if (mode === 'webgpu') log(await startWebgpu());
const backend = await createGpujsBackend({ mode });
if (!given('--no-layer')) {
  const layer = await measureLayer(
    backend,
    { repetitions, warmup, seconds: Number(option('--seconds', 'Infinity')) },
    log,
  );
  if (given('--json')) await writeFile(option('--json', ''), JSON.stringify(layer));
}
if (!given('--no-step')) {
  const few = { repetitions: Math.ceil(repetitions / 4), warmup };
  const step = await measureStep(backend, few, log);
  step.trainer.dispose();
  await measurePlans(backend, step.program(), counts, { repetitions: Math.ceil(repetitions / 8), warmup: 1 }, log);
}
await backend.close();
if (!given('--no-memory')) {
  log(`Memory, gpujs:${mode}`);
  const other = await createGpujsBackend({ mode });
  await measureMemory(other, (when) => report(when, other));
}
log(`Load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);

/** @param {string} when @param {import('@vardrop/adapter-gpujs').GpujsBackend} of */
async function report(when, of) {
  const { heapMiB, arrayBuffersMiB } = await nodeMemory();
  const { count, wasmMiB } = memories();
  log(
    `  ${when}: ${of.liveTensors()} live tensors, heap ${heapMiB.toFixed(2)} MiB, array buffers ${arrayBuffersMiB.toFixed(2)} MiB, ${wasmMiB * 16} pages of wasm in ${count} memories`,
  );
}
