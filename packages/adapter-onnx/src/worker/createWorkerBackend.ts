import { type Backend, VardropError } from '@vardrop/core';
import {
  checkValues,
  createBackendLifetime,
  createExecutableOf,
  createHandleTable,
  programInterface,
  type Tensor,
} from '@vardrop/core/backend';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { checkWrapped } from '../memory/checkWrapped.js';
import type { Parts } from '../parts.js';
import { importRuntime } from '../start/loadRuntime.js';
import { type Connection, connect } from './connect.js';
import type { Opened, TensorId, WorkerOptions } from './protocol.js';

/**
 * A backend whose tensors and sessions live in a worker, so that the caller's thread computes nothing. All checks are
 * done on the caller's side, and messages are handled in order, so that it behaves like a backend without a worker.
 * `native` gives a copy.
 *
 * Rejects with what `createOnnxBackend` rejects with in the worker, and `VARDROP_OPTION` for options that cannot be
 * copied.
 */
export async function createWorkerBackend(parts: Parts, options: WorkerOptions): Promise<Backend<OrtTensor>> {
  const connection = connect(parts, `onnx:${options.device}`);
  const { name, supports } = await open(connection, options);
  const handles = createHandleTable<TensorId>({ name, free: (tensor) => connection.tell({ kind: 'dispose', tensor }) });
  let tensorsMade = 0;
  let executablesMade = 0;
  const lifetime = createBackendLifetime(name);

  function send(data: Float32Array, shape: readonly number[]): Tensor {
    const tensor = ++tensorsMade;
    const copy = data.slice();
    connection.tell({ kind: 'upload', tensor, data: copy, shape: [...shape] }, [copy.buffer as ArrayBuffer]);
    return handles.add(tensor, shape);
  }

  async function read(tensor: Tensor, who: string): Promise<Float32Array<ArrayBuffer>> {
    return (await connection.ask({ kind: 'read', tensor: handles.get(tensor, who) })) as Float32Array<ArrayBuffer>;
  }

  return {
    name,
    contractVersion: 2,
    supports,
    upload(data, shape) {
      lifetime.check('upload');
      checkValues(name, 'upload', data, shape);
      return send(data, shape);
    },
    read: (tensor) => read(tensor, 'read'),
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      lifetime.check('compile');
      const executable = ++executablesMade;
      await connection.ask({ kind: 'compile', executable, program });
      const { carriedInputs, freshOutputs } = programInterface(program);
      const carriedNames = carriedInputs.map((input) => input.name);
      const newIds = (names: readonly string[]) => new Map(names.map((each) => [each, ++tensorsMade]));
      return createExecutableOf({
        lifetime,
        handles,
        program,
        execute(shared, iterations) {
          const carried = newIds(carriedNames);
          const outputs = iterations.map(() => newIds(freshOutputs));
          connection.tell({ kind: 'run', executable, shared, iterations, carried, outputs });
          return { carried, outputs };
        },
        dispose: () => connection.tell({ kind: 'release', executable }),
      });
    },
    liveTensors: () => handles.count(),
    async native(tensor) {
      const data = await read(tensor, 'native');
      const { Tensor: Constructor } = await importRuntime(parts, options.device);
      return new Constructor('float32', data, tensor.shape);
    },
    wrap(native) {
      lifetime.check('wrap');
      checkWrapped(name, native);
      return send(native.data as Float32Array, native.dims);
    },
    async close() {
      if (!lifetime.close()) return;
      handles.disposeAll();
      // A worker that has ended already has nothing left to free.
      await connection.ask({ kind: 'close' }).catch(() => undefined);
      await connection.end();
    },
  };
}

/** Has the worker create its backend. Ends the worker if that fails. */
async function open(connection: Connection, options: WorkerOptions): Promise<Opened> {
  try {
    return (await connection.ask({ kind: 'open', options })) as Opened;
  } catch (error) {
    await connection.end();
    if (error instanceof VardropError) throw error;
    throw new VardropError(
      'VARDROP_OPTION',
      `[onnx:${options.device}] worker: got options that cannot be copied to it (${error instanceof Error ? error.message : error}), needs plain data. Leave \`session\` or \`worker\` out.`,
      { cause: error },
    );
  }
}
