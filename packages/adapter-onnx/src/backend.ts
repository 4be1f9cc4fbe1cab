import type { Backend, Executable } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { checkSize, checkWrapped, refuseClosed } from './checks.js';
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
  const executables = new Set<Executable>();
  let closed = false;

  function open(who: string): void {
    if (closed) refuseClosed(name, who);
  }

  return {
    name,
    supports: supportsOf(device),
    upload(data, shape) {
      open('upload');
      checkSize(name, data, shape);
      return handles.add(Promise.resolve(new ort.Tensor('float32', data.slice(), shape)), shape);
    },
    async read(tensor) {
      const { data } = await handles.get(tensor, 'read');
      return (data as Float32Array).slice();
    },
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      open('compile');
      // Sessions are made while none runs: the runtime does one thing at a time.
      const executable = await queue.add(() => createExecutable(runtime, handles, queue, program));
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
    native: async (tensor) => handles.get(tensor, 'native'),
    wrap(native) {
      open('wrap');
      checkWrapped(name, native);
      return handles.add(Promise.resolve(native), native.dims);
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const executable of [...executables]) executable.dispose();
      handles.disposeAll();
      await queue.idle();
    },
  };
}
