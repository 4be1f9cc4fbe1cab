import { type Backend, type Executable, VardropError } from '@vardrop/core';
import { createExecutable } from './executable.js';
import { createHandles } from './handles.js';
import type { Runtime } from './loadGpu.js';
import { elements } from './run/elements.js';
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
  const executables = new Set<Executable>();
  let closed = false;

  function open(who: string): void {
    if (closed) {
      throw new VardropError(
        'VARDROP_DISPOSED',
        `[${name}] ${who}: got a closed backend, needs an open one. Create another.`,
      );
    }
  }
  function checkSize(who: string, values: Float32Array, shape: readonly number[]): void {
    if (values.length === elements(shape)) return;
    throw new VardropError(
      'VARDROP_INPUT',
      `[${name}] ${who}: got ${values.length} values for shape [${shape}], needs ${elements(shape)}. Pass as many values as the shape has.`,
    );
  }

  return {
    name,
    supports: supportsOf(runtime.mode),
    upload(data, shape) {
      open('upload');
      checkSize('upload', data, shape);
      return handles.add(Promise.resolve(data.slice()), shape);
    },
    read: async (tensor) => (await handles.get(tensor, 'read')).slice(),
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      open('compile');
      const executable = createExecutable(runtime, handles, program);
      const tracked: Executable = {
        run(shared, iterations) {
          open('run');
          return executable.run(shared, iterations);
        },
        dispose() {
          executable.dispose();
          executables.delete(tracked);
        },
      };
      executables.add(tracked);
      return tracked;
    },
    liveTensors: () => handles.count(),
    native: async (tensor) => ({ values: await handles.get(tensor, 'native'), shape: tensor.shape }),
    wrap(native) {
      open('wrap');
      checkSize('wrap', native.values, native.shape);
      return handles.add(Promise.resolve(native.values), native.shape);
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const executable of [...executables]) executable.dispose();
      handles.disposeAll();
      await runtime.gpu.destroy();
    },
  };
}
