import { loadavg } from 'node:os';
import { memoryUsage } from 'node:process';
import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { measureLayer, measureMemory, measurePlans, measureStep } from './gpujs/measure.js';
import { startWebgpu } from './startWebgpu.js';

/**
 * Times the adapter of gpu.js on webasm: a layer, a training step of workload W, several steps a plan; then memory, if node was
 * started with `--expose-gc`. Options: `--repetitions 20`, `--warmup 3`, `--no-layer`, `--no-step`, `--plans 1,2,4`,
 * `--no-memory`, `--mode webgpu` (with the package `webgpu`).
 */
const words = process.argv.slice(2);
const option = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
  words.includes(name) ? words[words.indexOf(name) + 1] : otherwise;
const repetitions = Number(option('--repetitions', '20'));
const warmup = Number(option('--warmup', '3'));
const counts = option('--plans', '1,2,4').split(',').map(Number);
const mode = /** @type {import('@vardrop/adapter-gpujs').GpujsMode} */ (option('--mode', 'webasm'));
const before = loadavg();
const log = console.log;
const memories = noteWasmMemories();

if (mode === 'webgpu') log(await startWebgpu());
const backend = await createGpujsBackend({ mode });
if (!words.includes('--no-layer')) await measureLayer(backend, { repetitions, warmup }, log);
if (!words.includes('--no-step')) {
  const few = { repetitions: Math.ceil(repetitions / 4), warmup };
  const step = await measureStep(backend, few, log);
  step.trainer.dispose();
  await measurePlans(backend, step.program(), counts, { repetitions: Math.ceil(repetitions / 8), warmup: 1 }, log);
}
await backend.close();
if (!words.includes('--no-memory')) {
  log(`Memory, gpujs:${mode}`);
  if (!globalThis.gc) log('  start node with --expose-gc to have it measured');
  else {
    const other = await createGpujsBackend({ mode });
    await measureMemory(other, (when) => report(when, other));
  }
}
log(`Load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);

/** @param {string} when @param {import('@vardrop/adapter-gpujs').GpujsBackend} of */
async function report(when, of) {
  // Finalizers of one collection free more for the next.
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const mebibytes = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(2);
  const { heapUsed, arrayBuffers } = memoryUsage();
  const live = memories.flatMap((memory) => memory.deref() ?? []);
  const pages = live.reduce((sum, { buffer }) => sum + buffer.byteLength / 65536, 0);
  log(
    `  ${when}: ${of.liveTensors()} live tensors, heap ${mebibytes(heapUsed)} MiB, array buffers ${mebibytes(arrayBuffers)} MiB, ${pages} pages of wasm in ${live.length} memories`,
  );
}

/** Memories of WebAssembly that are made from now on, as long as they live. */
function noteWasmMemories() {
  /** @type {WeakRef<WebAssembly.Memory>[]} */
  const made = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    /** @param {WebAssembly.MemoryDescriptor} descriptor */
    constructor(descriptor) {
      super(descriptor);
      made.push(new WeakRef(this));
    }
  };
  return made;
}
