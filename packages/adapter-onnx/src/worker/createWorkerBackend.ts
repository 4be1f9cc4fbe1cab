import { type Backend, VardropError } from '@vardrop/core';
import {
  bindInputs,
  checkValues,
  createHandleTable,
  programInputs,
  refuseClosed,
  type Tensor,
  type Tensors,
} from '@vardrop/core/backend';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { checkWrapped } from '../checkWrapped.js';
import { importRuntime } from '../loadRuntime.js';
import { connect } from './connect.js';
import type { Opened, TensorId, TensorIds, WorkerOptions } from './protocol.js';

/**
 * A backend whose tensors and sessions live in a worker, so that the caller's thread computes nothing. All checks are
 * done on the caller's side, and messages are obeyed in order, so that it behaves as a backend without a worker does.
 * `native` gives a copy.
 *
 * Rejects with what `createOnnxBackend` rejects with in the worker, and `VARDROP_OPTION` for options that cannot be copied.
 */
export async function createWorkerBackend(options: WorkerOptions): Promise<Backend<OrtTensor>> {
  const connection = connect(`onnx:${options.device}`);
  const { name, supports } = await connection.ask({ kind: 'open', options }).then(
    (opened) => opened as Opened,
    async (error) => {
      await connection.end();
      if (error instanceof VardropError) throw error;
      throw new VardropError(
        'VARDROP_OPTION',
        `[onnx:${options.device}] worker: got options that cannot be copied to it (${error instanceof Error ? error.message : error}), needs plain data. Leave \`session\` or \`worker\` out.`,
        { cause: error },
      );
    },
  );
  const handles = createHandleTable<TensorId>({ name, free: (tensor) => connection.tell({ kind: 'dispose', tensor }) });
  let tensorsMade = 0;
  let executablesMade = 0;
  let closed = false;
  const open = (who: string) => {
    if (closed) refuseClosed(name, who);
  };

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
    supports,
    upload(data, shape) {
      open('upload');
      checkValues(name, 'upload', data, shape);
      return send(data, shape);
    },
    read: (tensor) => read(tensor, 'read'),
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      open('compile');
      const executable = ++executablesMade;
      await connection.ask({ kind: 'compile', executable, program });
      const who = `[${name}] run ${program.name}`;
      const inputs = programInputs(program);
      const iterationInputs = inputs.filter(({ role }) => role === 'iteration');
      const runInputs = inputs.filter(({ role }) => role !== 'iteration');
      const carriedInputs = inputs.filter(({ role }) => role === 'carried');
      const carriedNames = new Set(carriedInputs.map((input) => input.name));
      const freshNames = Object.keys(program.outputs).filter((output) => !carriedNames.has(output));
      const shapeOf = (output: string) => program.nodes[program.outputs[output]].shape as readonly number[];
      let disposed = false;
      const idsOf = (wanted: typeof inputs, given: Tensors, where: string): TensorIds => {
        const bound = bindInputs(where, given, wanted, handles);
        return Object.fromEntries(wanted.map((input) => [input.name, bound.get(input.id) as TensorId]));
      };
      return {
        run(shared, iterations) {
          open('run');
          if (disposed) {
            throw new VardropError(
              'VARDROP_DISPOSED',
              `${who}: got a disposed executable, needs a live one. Compile the program again.`,
            );
          }
          const bound = {
            shared: idsOf(runInputs, shared, who),
            iterations: iterations.map(({ inputs: given = {}, keys }, i) => ({
              inputs: idsOf(iterationInputs, given, `${who}, iteration ${i}`),
              keys,
            })),
          };
          const results = (names: Iterable<string>) => {
            const ids = [...names].map((each) => [each, ++tensorsMade] as const);
            return {
              ids: Object.fromEntries(ids),
              tensors: Object.fromEntries(ids.map(([each, id]) => [each, handles.add(id, shapeOf(each))])),
            };
          };
          const carried = results(carriedNames);
          const outputs = iterations.map(() => results(freshNames));
          connection.tell({
            kind: 'run',
            executable,
            ...bound,
            carried: carried.ids,
            outputs: outputs.map(({ ids }) => ids),
          });
          return { carried: carried.tensors, outputs: outputs.map(({ tensors }) => tensors) };
        },
        dispose() {
          if (disposed) return;
          disposed = true;
          if (!closed) connection.tell({ kind: 'release', executable });
        },
      };
    },
    liveTensors: () => handles.count(),
    async native(tensor) {
      const data = await read(tensor, 'native');
      const { Tensor: Constructor } = await importRuntime(options.device);
      return new Constructor('float32', data, tensor.shape);
    },
    wrap(native) {
      open('wrap');
      checkWrapped(name, native);
      return send(native.data as Float32Array, native.dims);
    },
    async close() {
      if (closed) return;
      closed = true;
      handles.disposeAll();
      // One that is gone already has nothing left to free.
      await connection.ask({ kind: 'close' }).catch(() => undefined);
      await connection.end();
    },
  };
}
