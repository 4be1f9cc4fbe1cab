import { createGpujsBackend } from '@vardrop/adapter-gpujs';
import { collectGarbage } from '../collectGarbage.js';
import { measureLayer, measureMemory, measurePlans, measureStep } from './measure.js';

const alive = { Texture: 0, Buffer: 0, Framebuffer: 0, Program: 0 };
countAlive();

/**
 * What `gpujsBrowser.js` asks for; lines go to the console, from where it prints them.
 *
 * @param {'webasm' | 'webgl2' | 'webgpu'} mode
 * @param {{ repetitions: number, warmup: number, layer: boolean, step: boolean, plans: number[], memory: boolean }} options
 */
export async function measure(mode, { repetitions, warmup, layer, step, plans, memory }) {
  const log = console.info;
  const open = () => createGpujsBackend({ mode });
  const backend = await open();
  if (layer) await measureLayer(backend, { repetitions, warmup }, log);
  // A step takes seconds where a processor plays the graphics card.
  const few = { repetitions: Math.ceil(repetitions / 4), warmup: 1 };
  if (step) {
    const noisy = await measureStep(backend, few, log, true);
    noisy.trainer.dispose();
    if (plans.length > 0) await measurePlans(backend, noisy.program(), plans, few, log);
  }
  await backend.close();
  if (memory) {
    log(`Memory, gpujs:${mode}`);
    const other = await open();
    await measureMemory(other, async (when) => {
      await collectGarbage();
      const { usedJSHeapSize } = /** @type {{ memory: { usedJSHeapSize: number } }} */ (
        /** @type {unknown} */ (performance)
      ).memory;
      log(
        `  ${when}: ${other.liveTensors()} live tensors, heap ${(usedJSHeapSize / 2 ** 20).toFixed(2)} MiB, ${alive.Texture} textures, ${alive.Buffer} buffers, ${alive.Framebuffer} framebuffers, ${alive.Program} programs`,
      );
    });
  }
}

/** Counts what contexts of WebGL 2 and devices of WebGPU have been asked to make and not yet to delete. */
function countAlive() {
  const context = WebGL2RenderingContext.prototype;
  for (const kind of /** @type {const} */ (['Texture', 'Buffer', 'Framebuffer', 'Program'])) {
    const made = new WeakSet();
    const create = context[`create${kind}`];
    const remove = /** @type {(made: object | null) => void} */ (context[`delete${kind}`]);
    Object.assign(context, {
      /** @this {WebGL2RenderingContext} */
      [`create${kind}`]() {
        const each = create.call(this);
        if (each) made.add(each);
        alive[kind]++;
        return each;
      },
      /** @this {WebGL2RenderingContext} @param {object | null} each */
      [`delete${kind}`](each) {
        if (each && made.delete(each)) alive[kind]--;
        remove.call(this, each);
      },
    });
  }
  if (!('GPUDevice' in globalThis)) return;
  const made = new WeakSet();
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    made.add(buffer);
    alive.Buffer++;
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    if (made.delete(this)) alive.Buffer--;
    return destroy.call(this);
  };
}
