import type { Backend } from '@vardrop/core';
import { checkValues, createBackendLifetime } from '@vardrop/core/backend';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { checkWrapped } from './memory/checkWrapped.js';
import { createHandles } from './memory/handles.js';
import { createShares, type Pending } from './memory/shares.js';
import { checkTurns } from './run/checkTurns.js';
import { createExecutable } from './run/executable.js';
import type { Runtime } from './run/runtime.js';
import { supportsOf } from './supports.js';

/** The backend on a runtime that has been loaded. */
export function createBackend(runtime: Runtime): Backend<OrtTensor> {
  const { device, memory, queue, turns } = runtime;
  const name = `onnx:${device}`;
  const shares = createShares(memory.free);
  const handles = createHandles(name, shares);
  const own = (tensor: OrtTensor) => handles.add(Promise.resolve(shares.hold(tensor)), tensor.dims);
  const lifetime = createBackendLifetime(name);
  const readings = new Set<Promise<Float32Array<ArrayBuffer>>>();

  /**
   * The values of a tensor. Its handle may be disposed of meanwhile: the memory is not used again before they are read.
   */
  async function valuesOf(pending: Pending): Promise<Float32Array<ArrayBuffer>> {
    shares.holdPending(pending);
    try {
      return await memory.read(await pending);
    } finally {
      shares.releasePending(pending);
    }
  }

  return {
    name,
    contractVersion: 2,
    supports: supportsOf(device, memory.elements, turns),
    upload(data, shape) {
      lifetime.check('upload');
      checkValues(name, 'upload', data, shape);
      return own(memory.upload(data, shape));
    },
    async read(tensor) {
      const reading = valuesOf(handles.get(tensor, 'read'));
      readings.add(reading);
      return reading.finally(() => readings.delete(reading));
    },
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      lifetime.check('compile');
      if (turns !== undefined) checkTurns(name, program, turns);
      // Sessions are made while none runs: the runtime does one thing at a time.
      return queue.add(() => createExecutable(runtime, lifetime, handles, shares, queue, program));
    },
    liveTensors: () => handles.count(),
    allocated: () => shares.count(),
    native: async (tensor) => handles.get(tensor, 'native'),
    wrap(native) {
      lifetime.check('wrap');
      checkWrapped(name, native, memory.location);
      return own(native);
    },
    async close() {
      if (!lifetime.close()) return;
      handles.disposeAll();
      await queue.idle();
      // Reads that were asked for before are still answered.
      await Promise.allSettled(readings);
      shares.freeAll();
      memory.close();
    },
  };
}
