import { type Backend, type Executable, VardropError } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
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
    if (closed) {
      throw new VardropError(
        'VARDROP_DISPOSED',
        `[${name}] ${who}: got a closed backend, needs an open one. Create another.`,
      );
    }
  }

  return {
    name,
    supports: supportsOf(device),
    upload(data, shape) {
      open('upload');
      const size = shape.reduce((product, n) => product * n, 1);
      if (data.length !== size) {
        throw new VardropError(
          'VARDROP_INPUT',
          `[${name}] upload: got ${data.length} values for shape [${shape}], needs ${size}. Pass as many values as the shape has.`,
        );
      }
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
      if (native.type !== 'float32' || native.location !== 'cpu') {
        throw new VardropError(
          'VARDROP_INPUT',
          `[${name}] wrap: got a tensor of ${native.type} on ${native.location}, needs float32 on cpu. Convert it, or fetch its data (\`await tensor.getData()\`).`,
        );
      }
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
