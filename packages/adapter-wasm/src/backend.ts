import { type Backend, VardropError } from '@vardrop/core';
import { type BackendLifetime, checkValues, createBackendLifetime, createHandleTable } from '@vardrop/core/backend';
import { elementCount } from '@vardrop/core/program';
import type { Machine } from './machine.js';
import type { Block } from './memory/heap.js';
import type { Entry } from './run/entry.js';
import { createExecutable } from './run/executable.js';
import { supportsOf } from './supports.js';

/** A tensor in a backend's memory: `new Float32Array(memory.buffer, byteOffset, length)` are its values. */
export interface WasmTensor {
  readonly memory: WebAssembly.Memory;
  readonly byteOffset: number;
  readonly shape: readonly number[];
}

/** Creates the backend on a memory and its threads. */
export function createBackend(machine: Machine, memory: WebAssembly.Memory): Backend<WasmTensor> {
  const { name, heap, team } = machine;
  const lifetime: BackendLifetime = createBackendLifetime(name, team.check);
  const handles = createHandleTable<Entry>({ name, free: ({ block }) => heap.release(block) });
  const owners = new WeakMap<WasmTensor, Block>();

  return {
    name,
    contractVersion: 2,
    supports: supportsOf(team.threads, machine.modules.fused),
    upload(data, shape) {
      lifetime.check('upload');
      checkValues(name, 'upload', data, shape);
      const block = heap.allocateNow(data.length);
      heap.values(block, data.length).set(data);
      return handles.add({ block, run: 0 }, shape);
    },
    async read(tensor) {
      const { block, run } = handles.get(tensor, 'read');
      const size = elementCount(tensor.shape);
      heap.share(block);
      try {
        await team.until(run);
        return heap.values(block, size).slice() as Float32Array<ArrayBuffer>;
      } finally {
        heap.release(block);
      }
    },
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      lifetime.check('compile');
      return createExecutable(machine, lifetime, handles, program);
    },
    liveTensors: () => handles.count(),
    allocated: () => heap.count(),
    async native(tensor) {
      const { block, run } = handles.get(tensor, 'native');
      lifetime.check('native');
      await team.until(run);
      const native: WasmTensor = Object.freeze({ memory, byteOffset: block.address, shape: tensor.shape });
      owners.set(native, block);
      return native;
    },
    wrap(native) {
      lifetime.check('wrap');
      const block = owners.get(native);
      if (block === undefined || block.owners === 0) {
        throw new VardropError(
          'VARDROP_INPUT',
          `[${name}] wrap: got an object that is not a live tensor of this backend, needs one from its \`native\`. Use \`upload\` for other values.`,
        );
      }
      return handles.add({ block: heap.share(block), run: 0 }, native.shape);
    },
    async close() {
      if (!lifetime.close()) return;
      handles.disposeAll();
      await team.close();
    },
  };
}
