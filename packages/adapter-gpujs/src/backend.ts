import { type Backend, checkValues, createBackendLifetime } from '@vardrop/core';
import { createExecutable } from './executable.js';
import { createHandles } from './handles.js';
import type { Runtime } from './loadGpu.js';
import { supportsOf } from './supports.js';

/** Values on the host, as kernels of gpu.js take them: flat and row-major, with the shape that they stand for. */
export interface GpujsTensor {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** The backend on a gpu.js that runs. */
export function createBackend(runtime: Runtime): Backend<GpujsTensor> {
  const name = `gpujs:${runtime.mode}`;
  const handles = createHandles(name);
  const lifetime = createBackendLifetime(name);

  return {
    name,
    supports: supportsOf(runtime),
    upload(data, shape) {
      lifetime.check('upload');
      checkValues(name, 'upload', data, shape);
      return handles.add(Promise.resolve(data.slice()), shape);
    },
    read: async (tensor) => (await handles.get(tensor, 'read')).slice(),
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      lifetime.check('compile');
      const executable = createExecutable(runtime, handles, program);
      return lifetime.track(executable);
    },
    liveTensors: () => handles.count(),
    native: async (tensor) => ({ values: await handles.get(tensor, 'native'), shape: tensor.shape }),
    wrap(native) {
      lifetime.check('wrap');
      checkValues(name, 'wrap', native.values, native.shape);
      return handles.add(Promise.resolve(native.values), native.shape);
    },
    async close() {
      if (!lifetime.close()) return;
      handles.disposeAll();
      await runtime.gpu.destroy();
    },
  };
}
