import * as tf from '@tensorflow/tfjs';
import { startWebgpu } from './startWebgpu.js';

/**
 * What timing on a tfjs device takes beside running on it.
 *
 * @typedef {object} TfjsDevice
 * @property {() => Promise<void>} finish waits for all work that was given to the device
 * @property {() => Record<string, number>} memory what the device holds
 */

/**
 * Starts a tfjs device and makes it the active one. `webgpu` runs through Dawn, of the package `webgpu`.
 *
 * @param {string} name
 * @returns {Promise<TfjsDevice>}
 */
export async function startDevice(name) {
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (name === 'webgpu') {
    console.log(`WebGPU adapter: ${await startWebgpu({ powerPreference: 'high-performance' })}`);
    await import('@tensorflow/tfjs-backend-webgpu');
  }
  if (!(await tf.setBackend(name))) throw new Error(`tfjs has no device ${name} here`);
  const host = /** @type {any} */ (tf.backend());
  return {
    async finish() {
      if (name !== 'webgpu') return;
      // Work is done in order: a number read after it is there when it is done.
      const last = tf.add(tf.ones([1]), 1);
      await last.data();
      last.dispose();
    },
    memory: () => ({
      tfjsBuffers: host.numDataIds(),
      ...(name === 'wasm' ? { wasmMiB: host.wasm.HEAPU8.byteLength / 2 ** 20 } : {}),
      ...(name === 'webgpu' ? { gpuMiB: host.memory().numBytesAllocatedInGPU / 2 ** 20 } : {}),
    }),
  };
}
