import type { Backend } from '@vardrop/core';
import type { Tensor } from '@vardrop/core/backend';
import { createReferenceBackend } from '@vardrop/core/reference';
import { type Mutant, overriding } from './mutant.js';

const reading = (defect: string, create: Mutant['create']): Mutant => ({
  subject: 'reads',
  defect,
  law: 'reads',
  properties: ['pending reads'],
  create,
});

/** Reads that look for their values later than they were asked for them. */
export const readMutants: readonly Mutant[] = [
  reading(
    'the memory of a disposed tensor is used again before a read of it is done',
    overriding((backend) => {
      const memory = new Map<Tensor, Float32Array>();
      const spare: Float32Array[] = [];
      return {
        upload(data, shape) {
          const tensor = backend.upload(data, shape);
          const at = spare.findIndex(({ length }) => length === data.length);
          const array = at < 0 ? new Float32Array(data.length) : spare.splice(at, 1)[0];
          array.set(data);
          memory.set(tensor, array);
          return tensor;
        },
        async read(tensor) {
          const array = memory.get(tensor);
          const values = await backend.read(tensor);
          return array?.slice() ?? values;
        },
        dispose(tensor) {
          const array = memory.get(tensor);
          backend.dispose(tensor);
          memory.delete(tensor);
          if (array) spare.push(array);
        },
      };
    }),
  ),
  reading(
    'a read waits, and finds its tensor gone',
    overriding((backend) => ({
      async read(tensor) {
        await null;
        return backend.read(tensor);
      },
    })),
  ),
  reading(
    'an executable that is disposed of ends the reads of its results',
    overriding((backend) => {
      const gone = new WeakSet<Tensor>();
      return {
        compile: async (program) => {
          const executable = await backend.compile(program);
          const made: Tensor[] = [];
          return {
            run(shared, iterations) {
              const result = executable.run(shared, iterations);
              made.push(...Object.values(result.carried));
              return result;
            },
            dispose() {
              for (const tensor of made) gone.add(tensor);
              executable.dispose();
              void Promise.resolve().then(() => {
                for (const tensor of made) gone.delete(tensor);
              });
            },
          };
        },
        async read(tensor) {
          const values = await backend.read(tensor);
          return gone.has(tensor) ? values.fill(0) : values;
        },
      };
    }),
  ),
  {
    subject: 'reads',
    defect: 'close leaves zeros to those that wait',
    law: 'reads',
    properties: ['reads that are pending at the end, after 0 turns'],
    create: (): Backend => {
      const backend = createReferenceBackend();
      let closed = false;
      return {
        ...backend,
        async read(tensor) {
          const values = await backend.read(tensor);
          return closed ? values.fill(0) : values;
        },
        async close() {
          closed = true;
          await backend.close();
        },
      };
    },
  },
];
