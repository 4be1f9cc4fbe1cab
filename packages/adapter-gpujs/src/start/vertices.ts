import type { GPU, IKernelRunShortcut } from 'gpu.js';
import { callKernel, isContextLost, type Resident } from '../gpujs/internals.js';

/**
 * Keeps the kernels of webgl2 drawing. All of them take their corners from the buffer of the kernel that was built
 * last. Once that is destroyed, the others silently draw nothing, and tensors keep what they held. So the function that
 * this returns, to be called after kernels have been destroyed, builds a small kernel, which lives until the next call.
 */
export function createVertexKeeper(gpu: GPU): () => void {
  let last: IKernelRunShortcut | undefined;
  return () => {
    if (isContextLost(gpu)) return;
    last?.destroy();
    // It reads an array: only kernels that do have corners of textures.
    last = gpu.createKernel('function kernel(v) { return v[this.thread.x]; }', {
      output: [1],
      precision: 'single',
      pipeline: true,
    });
    callKernel<Resident>(last, [new Float32Array(1)]);
  };
}
