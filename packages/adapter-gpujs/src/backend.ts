import type { Backend } from '@vardrop/core';
import { checkValues, createBackendLifetime, type Tensor } from '@vardrop/core/backend';
import { createHandles } from './memory/handles.js';
import { storeValues } from './memory/stored.js';
import type { GpujsTraffic } from './memory/traffic.js';
import { createExecutable } from './run/executable.js';
import type { Runtime } from './start/runtime.js';
import { supportsOf } from './start/supports.js';

/** Values on the host, flat and row-major, as kernels of gpu.js take them, and their shape. */
export interface GpujsTensor {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** What `createGpujsBackend` returns: a backend that counts what it launches and copies. */
export interface GpujsBackend extends Backend<GpujsTensor> {
  /** What has been launched and copied since the backend was created. */
  traffic(): GpujsTraffic;
}

/** The backend on a started gpu.js. */
export function createBackend(runtime: Runtime): GpujsBackend {
  const name = `gpujs:${runtime.mode}`;
  const handles = createHandles(name);
  const lifetime = createBackendLifetime(name);
  /** One promise for each executable that has kernels; it resolves once they are destroyed. */
  const compiled = new Set<Promise<void>>();

  /** The values of a handle, which may be disposed of while they are read. */
  async function valuesOf(tensor: Tensor, who: string): Promise<Float32Array> {
    const stored = (await handles.get(tensor, who)).retain();
    try {
      return await stored.values();
    } finally {
      stored.release();
    }
  }

  return {
    name,
    contractVersion: 2,
    supports: supportsOf(runtime),
    upload(data, shape) {
      lifetime.check('upload');
      checkValues(name, 'upload', data, shape);
      return handles.add(Promise.resolve(storeValues(data.slice())), shape);
    },
    read: async (tensor) => (await valuesOf(tensor, 'read')).slice(),
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      lifetime.check('compile');
      let ended = () => {};
      const executable = createExecutable(runtime, lifetime, handles, program, () => ended());
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      compiled.add(end);
      void end.then(() => compiled.delete(end));
      return executable;
    },
    liveTensors: () => handles.count(),
    native: async (tensor) => ({ values: await valuesOf(tensor, 'native'), shape: tensor.shape }),
    wrap(native) {
      lifetime.check('wrap');
      checkValues(name, 'wrap', native.values, native.shape);
      return handles.add(Promise.resolve(storeValues(native.values)), native.shape);
    },
    async close() {
      // First, since executables copy results that still have an owner to the host.
      handles.disposeAll();
      if (!lifetime.close()) return;
      // A tensor can only be deleted while the kernel that made it exists.
      await Promise.all(compiled);
      await runtime.gpu.destroy();
    },
    traffic: () => runtime.traffic.total(),
  };
}
