import { checkOptionNames } from '@vardrop/core/backend';
import { createBackend, type GpujsBackend } from './backend.js';
import type { GpuClass } from './gpujs/importGpu.js';
import type { GpujsMode } from './gpujs/mode.js';
import { loadGpu } from './start/loadGpu.js';

/** Options of `createGpujsBackend`. */
export interface GpujsBackendOptions {
  /** The app's own class of gpu.js; imported where left out. */
  readonly GPU?: GpuClass;
  /** How gpu.js computes. */
  readonly mode: GpujsMode;
  /**
   * Where noise is made. The default is the faster of the two: the device on webgpu with a graphics card, else the
   * host. Both make the same noise; normal numbers differ by a few units in the last place. Mode `cpu` takes `host`
   * only.
   */
  readonly noise?: 'host' | 'device';
}

const optionNames = { mode: true, GPU: true, noise: true } as const;

/**
 * A backend on gpu.js, named after its mode, such as `gpujs:webasm`: programs become fused kernels, and these one
 * pipeline, on webasm with threads. In Node, mode `webgpu` needs `navigator.gpu` and WebGPU's globals to be set, as
 * from the package `webgpu`. `native` gives the values of a handle, which must not be written to; `wrap` takes such
 * values in.
 *
 * Rejects with `VARDROP_UNKNOWN_DEVICE` for an unknown mode or one that this machine lacks, `VARDROP_OPTION` (also for
 * unknown options), or `VARDROP_MISSING_PEER` where gpu.js is not installed. Reading a result rejects with
 * `VARDROP_DEGRADED` where gpu.js ran another mode than the one asked for, with `VARDROP_DEVICE_LOST` where the
 * graphics card was lost, and with `VARDROP_BACKEND` where it refused something.
 */
export async function createGpujsBackend(options: GpujsBackendOptions): Promise<GpujsBackend> {
  // Callers in JavaScript may leave options out; loadGpu then lists the modes.
  if (options) checkOptionNames('createGpujsBackend', options, optionNames, { device: 'Write mode: ….' });
  const { GPU, mode, noise }: Partial<GpujsBackendOptions> = options ?? {};
  return createBackend(await loadGpu(mode, GPU, noise));
}
