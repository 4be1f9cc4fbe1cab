import type { GPU, IKernelRunShortcut } from 'gpu.js';
import { callKernel, isContextLost, type Resident } from '../gpujs/internals.js';

/**
 * Keeps kernels of a graphics card drawing. On webgl2 all of them take their corners from the buffer of the one that was
 * built last: once that is destroyed, the others silently draw nothing, and tensors keep what they held. Calling what is
 * returned after kernels have been destroyed builds a small one, which lives until the next call.
 */
export function createVertexKeeper(gpu: GPU): () => void {
  let last: IKernelRunShortcut | undefined;
  return () => {
    if (isContextLost(gpu)) return;
    last?.destroy();
    // It reads an array, since the corners of textures are bound for kernels that do.
    last = gpu.createKernel('function kernel(v) { return v[this.thread.x]; }', {
      output: [1],
      precision: 'single',
      pipeline: true,
    });
    callKernel<Resident>(last, [new Float32Array(1)]);
  };
}
