import type { Backend } from '@vardrop/core';
import type { Tensor } from '@vardrop/core/backend';
import { executing, type Mutant, overriding } from './mutant.js';

const handle = (defect: string, property: string, create: Mutant['create']): Mutant => ({
  subject: 'handles',
  defect,
  law: 'handles',
  properties: [property],
  create,
});

/** The reference, that counts what its framework keeps in some way. */
const counting = (count: (backend: Backend) => Partial<Backend>) => overriding(count);

/** Handles that are not told apart from what they stand for. */
export const handleMutants: readonly Mutant[] = [
  handle(
    'a tensor is wiped with the handle of its reshaped self',
    'subsets of handles',
    overriding((backend) => {
      const memory = new Map<Tensor, Promise<Float64Array>>();
      const valuesOf = async (tensor: Tensor) =>
        ((await backend.native(tensor)) as { readonly values: Float64Array }).values;
      return {
        compile: async (program) => {
          const executable = await backend.compile(program);
          return {
            ...executable,
            run(shared, iterations) {
              const result = executable.run(shared, iterations);
              for (const [name, id] of Object.entries(program.outputs)) {
                if (program.nodes[id].op !== 'reshape') continue;
                for (const outputs of result.outputs) memory.set(outputs[name], valuesOf(outputs[name]));
              }
              return result;
            },
          };
        },
        dispose(tensor) {
          backend.dispose(tensor);
          void memory.get(tensor)?.then((values) => values.fill(0));
        },
      };
    }),
  ),
  handle(
    'the first disposal of a value frees it for all its handles',
    'wrapped natives, the wrapped handle disposed of first',
    overriding((backend) => {
      const twins = new Map<Tensor, Tensor>();
      const natives = new Map<unknown, Tensor>();
      return {
        native: async (tensor) => {
          const native = await backend.native(tensor);
          natives.set(native, tensor);
          return native;
        },
        wrap(native) {
          const wrapped = backend.wrap(native);
          const other = natives.get(native);
          if (other) twins.set(wrapped, other);
          return wrapped;
        },
        dispose(tensor) {
          backend.dispose(tensor);
          const twin = twins.get(tensor);
          if (twin) backend.dispose(twin);
        },
      };
    }),
  ),
  handle(
    'iterations beyond 64 get the key of the first',
    'keyed iterations',
    executing((executable) => ({
      run: (shared, iterations) =>
        executable.run(
          shared,
          iterations.map((iteration, i) => (i < 64 ? iteration : { ...iteration, keys: iterations[0].keys })),
        ),
    })),
  ),
  handle(
    'the plan of 16 iterations loses what the last one carries',
    'keyed iterations',
    executing((executable, backend) => ({
      run(shared, iterations) {
        if (iterations.length <= 16) return executable.run(shared, iterations);
        const first = executable.run(shared, iterations.slice(0, 16));
        const rest = executable.run(shared, iterations.slice(16));
        for (const tensor of Object.values(first.carried)) backend.dispose(tensor);
        return { carried: rest.carried, outputs: [...first.outputs, ...rest.outputs] };
      },
    })),
  ),
  handle(
    "every tensor of the framework's is left behind",
    'native memory',
    counting((backend) => {
      let made = 0;
      return {
        allocated: () => made,
        upload(data, shape) {
          made++;
          return backend.upload(data, shape);
        },
      };
    }),
  ),
  handle(
    'each compiled program leaves its constants behind',
    'native memory',
    counting((backend) => {
      let constants = 0;
      return {
        allocated: () => constants,
        compile(program) {
          constants += program.nodes.filter(({ op }) => op === 'constant').length;
          return backend.compile(program);
        },
      };
    }),
  ),
];
