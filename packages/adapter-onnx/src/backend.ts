import { type Backend, checkValues, createBackendLifetime } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { checkWrapped } from './checkWrapped.js';
import { createExecutable } from './executable.js';
import { createHandles } from './handles.js';
import type { Runtime } from './loadRuntime.js';
import { createQueue } from './queue.js';
import { supportsOf } from './supports.js';

/** The backend on a runtime that has been loaded. */
export function createBackend(runtime: Runtime): Backend<OrtTensor> {
  const { ort, device } = runtime;
  const name = `onnx:${device}`;
  const handles = createHandles(name);
  const queue = createQueue();
  const lifetime = createBackendLifetime(name);

  return {
    name,
    supports: supportsOf(device),
    upload(data, shape) {
      lifetime.check('upload');
      checkValues(name, 'upload', data, shape);
      return handles.add(Promise.resolve(new ort.Tensor('float32', data.slice(), shape)), shape);
    },
    async read(tensor) {
      const { data } = await handles.get(tensor, 'read');
      return (data as Float32Array).slice();
    },
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      lifetime.check('compile');
      // Sessions are made while none runs: the runtime does one thing at a time.
      const executable = await queue.add(() => createExecutable(runtime, handles, queue, program));
      return lifetime.track(executable);
    },
    liveTensors: () => handles.count(),
    native: async (tensor) => handles.get(tensor, 'native'),
    wrap(native) {
      lifetime.check('wrap');
      checkWrapped(name, native);
      return handles.add(Promise.resolve(native), native.dims);
    },
    async close() {
      if (!lifetime.close()) return;
      handles.disposeAll();
      await queue.idle();
    },
  };
}
