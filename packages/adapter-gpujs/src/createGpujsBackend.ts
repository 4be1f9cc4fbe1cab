import { createBackend, type GpujsBackend } from './backend.js';
import { type GpuClass, type GpujsMode, loadGpu } from './loadGpu.js';

/** Options of `createGpujsBackend`. */
export interface GpujsBackendOptions {
  /** The app's own class of gpu.js; imported where left out. */
  readonly GPU?: GpuClass;
  /** How gpu.js computes. */
  readonly mode: GpujsMode;
}

/**
 * A backend on gpu.js, named `gpujs:webasm` or `gpujs:cpu`: programs become fused kernels, and on webasm one pipeline,
 * with threads. `native` gives the values behind a handle, not to be written to; `wrap` takes such in.
 *
 * Rejects with `VARDROP_UNKNOWN_DEVICE`, or `VARDROP_MISSING_PEER` where gpu.js is not installed. Reading a result rejects
 * with `VARDROP_DEGRADED` where gpu.js ran another mode than the one asked for.
 */
export async function createGpujsBackend({ GPU, mode }: GpujsBackendOptions): Promise<GpujsBackend> {
  return createBackend(await loadGpu(mode, GPU));
}
