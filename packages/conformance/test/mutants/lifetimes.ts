import type { Executable, RunResult, Tensor } from '@vardrop/core/backend';
import { rewrite } from '@vardrop/core/program';
import { executing, type Mutant, overriding } from './mutant.js';

const lifetime = (defect: string, create: Mutant['create'], property?: string): Mutant => ({
  subject: 'lifetime',
  defect,
  law: 'lifetime',
  properties: property === undefined ? undefined : [property],
  create,
});

const nothing: RunResult = { carried: {}, outputs: [] };

/** Tensors held too long, freed too early, or mixed up; runs in another order. */
export const lifetimeMutants: readonly Mutant[] = [
  lifetime(
    'each upload leaves a tensor behind',
    overriding((backend) => ({
      upload(data, shape) {
        backend.upload(data, shape);
        return backend.upload(data, shape);
      },
    })),
  ),
  lifetime(
    'each run leaves a tensor behind',
    executing((executable, backend) => ({
      run(shared, iterations) {
        backend.upload(new Float32Array(1), [1]);
        return executable.run(shared, iterations);
      },
    })),
    'leaks',
  ),
  lifetime(
    'a second dispose is ignored',
    overriding((backend) => {
      const gone = new WeakSet<Tensor>();
      return {
        dispose(tensor) {
          if (!gone.has(tensor)) backend.dispose(tensor);
          gone.add(tensor);
        },
      };
    }),
    'double dispose',
  ),
  lifetime(
    'a disposed tensor can still be read',
    overriding((backend) => {
      const kept = new WeakMap<Tensor, Float32Array<ArrayBuffer>>();
      return {
        upload(data, shape) {
          const tensor = backend.upload(data, shape);
          kept.set(tensor, data.slice());
          return tensor;
        },
        read: async (tensor) => backend.read(tensor).catch((error) => kept.get(tensor) ?? Promise.reject(error)),
      };
    }),
    'use after dispose',
  ),
  lifetime(
    'a disposed executable still runs',
    executing(() => ({ dispose() {} })),
    'use of a disposed executable',
  ),
  lifetime(
    'an executable takes its results along',
    executing((executable, backend) => {
      const made: Tensor[] = [];
      return {
        run(shared, iterations) {
          const result = executable.run(shared, iterations);
          made.push(...result.outputs.flatMap((each) => Object.values(each)));
          return result;
        },
        dispose() {
          for (const tensor of made) {
            try {
              backend.dispose(tensor);
            } catch {
              // Somebody else did.
            }
          }
          executable.dispose();
        },
      };
    }),
    'use of a disposed executable',
  ),
  lifetime(
    'one handle for a value under two names',
    executing((executable, backend) => ({
      run(shared, iterations) {
        const result = executable.run(shared, iterations);
        const outputs = result.outputs.map((each) => {
          if (!each.new || !each.again) return each;
          backend.dispose(each.again);
          return { ...each, again: each.new };
        });
        return { ...result, outputs };
      },
    })),
    'handles of one value',
  ),
  lifetime(
    'uploads keep the array of the host',
    overriding((backend) => {
      const hosts = new Map<Tensor, Float32Array<ArrayBuffer>>();
      return {
        upload(data, shape) {
          const tensor = backend.upload(data, shape);
          hosts.set(tensor, data as Float32Array<ArrayBuffer>);
          return tensor;
        },
        read: async (tensor) => {
          const values = await backend.read(tensor);
          return hosts.get(tensor)?.slice() ?? values;
        },
      };
    }),
    'copies',
  ),
  lifetime(
    'reads hand out the memory of the backend',
    overriding((backend) => {
      const cache = new Map<Tensor, Float32Array<ArrayBuffer>>();
      return {
        read: async (tensor) => {
          const values = cache.get(tensor) ?? (await backend.read(tensor));
          cache.set(tensor, values);
          return values;
        },
      };
    }),
    'copies',
  ),
  lifetime(
    'inputs are used up by a run',
    executing((executable, backend) => ({
      run(shared, iterations) {
        const result = executable.run(shared, iterations);
        for (const tensor of Object.values(iterations[0]?.inputs ?? {})) backend.dispose(tensor);
        return result;
      },
    })),
  ),
  lifetime(
    'stale state: carried values of the run before',
    executing((executable) => {
      let carried: RunResult['carried'] | undefined;
      return {
        run(shared, iterations) {
          const result = executable.run({ ...shared, ...carried }, iterations);
          carried = result.carried;
          return result;
        },
      };
    }),
  ),
  lifetime(
    'an asynchronous race: the next run overwrites results that were not read',
    overriding((backend) => {
      const latest = new Map<string, Tensor>();
      const names = new Map<Tensor, string>();
      return {
        compile: async (program) => {
          const executable = await backend.compile(program);
          return {
            ...executable,
            run(shared, iterations) {
              const result = executable.run(shared, iterations);
              for (const [name, tensor] of Object.entries(result.outputs[0] ?? {})) {
                latest.set(name, tensor);
                names.set(tensor, name);
              }
              return result;
            },
          };
        },
        read: (tensor) => backend.read(latest.get(names.get(tensor) ?? '') ?? tensor),
      };
    }),
    'order of enqueued runs, 3 columns',
  ),
  lifetime(
    'runs wait, and find their inputs gone',
    overriding((backend) => {
      const lost = new Map<Tensor, () => Promise<unknown>>();
      return {
        compile: async (program) => {
          const executable = await backend.compile(program);
          return {
            ...executable,
            run(shared, iterations) {
              const inputs = Object.values(iterations[0]?.inputs ?? {});
              const result = executable.run(shared, iterations);
              for (const tensor of Object.values(result.outputs[0] ?? {})) {
                lost.set(tensor, () => Promise.all(inputs.map((input) => backend.native(input))));
              }
              return result;
            },
          };
        },
        read: async (tensor) => {
          await lost.get(tensor)?.();
          return backend.read(tensor);
        },
      };
    }),
    'order of enqueued runs, 3 columns',
  ),
  lifetime(
    'every iteration starts from the first carried value',
    executing((executable, backend) => ({
      run(shared, iterations) {
        const results = iterations.map((iteration) => executable.run(shared, [iteration]));
        if (results.length === 0) return executable.run(shared, iterations);
        for (const { carried } of results.slice(0, -1))
          for (const each of Object.values(carried)) backend.dispose(each);
        return { carried: results[results.length - 1].carried, outputs: results.map(({ outputs }) => outputs[0]) };
      },
    })),
    'iterations of one run, 3 columns',
  ),
  lifetime(
    'outputs of the first iteration only',
    executing((executable) => ({
      run(shared, iterations) {
        const result = executable.run(shared, iterations);
        return { ...result, outputs: result.outputs.slice(0, 1) };
      },
    })),
    'iterations of one run, 3 columns',
  ),
  lifetime(
    'no iterations hand back what was passed in',
    executing((executable) => ({
      run(shared, iterations) {
        const result = executable.run(shared, iterations);
        return iterations.length > 0 ? result : { ...result, carried: { ...result.carried, w: shared.w } };
      },
    })),
    'no iterations, 3 columns',
  ),
  lifetime(
    'live tensors are never counted',
    overriding(() => ({ liveTensors: () => 0 })),
    'live tensors',
  ),
  lifetime(
    'close leaves the backend open',
    overriding((backend) => ({ close: async () => void backend.liveTensors() })),
    'closed',
  ),
  lifetime(
    'what is compiled as the backend is closed can run',
    overriding((backend) => ({
      compile: async (program) => {
        const executable = await backend.compile(program);
        return {
          ...executable,
          run: (shared, iterations) => (iterations.length === 0 ? nothing : executable.run(shared, iterations)),
        };
      },
    })),
    'closed while it compiles',
  ),
  lifetime(
    'two compiled programs share their memory',
    overriding((backend) => {
      let last: Executable | undefined;
      return {
        compile: async (program) => {
          const executable = await backend.compile(program);
          last ??= executable;
          const shared = last;
          return { ...executable, dispose: () => shared.dispose() };
        },
      };
    }),
    'two executables of one program',
  ),
];

/** What outputs come back as. */
export const outputMutants: readonly Mutant[] = [
  {
    subject: 'outputs',
    defect: 'two of one shape change places',
    law: 'programs',
    create: executing((executable) => ({
      run(shared, iterations) {
        const result = executable.run(shared, iterations);
        const outputs = result.outputs.map((each) => {
          const entries = Object.entries(each);
          const last = entries[entries.length - 1]?.[1];
          const same = entries.filter(([, tensor]) => tensor !== last && tensor.shape.join() === last.shape.join());
          if (same.length < 2) return each;
          return { ...each, [same[0][0]]: same[1][1], [same[1][0]]: same[0][1] };
        });
        return { ...result, outputs };
      },
    })),
  },
  {
    subject: 'outputs',
    defect: 'fused chains lose the sign of what is added where nobody reads it',
    law: 'programs',
    properties: ['whole numbers'],
    create: overriding((backend) => ({
      compile: async (program) => {
        const read = new Set(Object.values(program.outputs));
        return backend.compile(
          rewrite(program, (b, node, [x, y], id) =>
            node.op === 'add' && !read.has(id) ? b.add(x, b.abs(y)) : undefined,
          ),
        );
      },
    })),
  },
  {
    subject: 'outputs',
    defect: 'a value on the way takes the name of an output',
    law: 'programs',
    properties: ['names'],
    create: overriding((backend) => ({
      compile: async (program) => {
        const named = Object.entries(program.outputs).map(([name, id]) => {
          const first = program.nodes.findIndex(
            ({ op, shape }) => op === name && shape.join() === program.nodes[id].shape.join(),
          );
          return [name, first < 0 ? id : first];
        });
        return backend.compile({ ...program, outputs: Object.fromEntries(named) });
      },
    })),
  },
  {
    subject: 'outputs',
    defect: 'flattened',
    law: 'primitives',
    properties: ['neg'],
    create: overriding((backend) => ({
      compile: async (program) =>
        backend.compile({
          ...program,
          nodes: program.nodes.map((node) => (node.op === 'neg' ? { ...node, shape: [...node.shape, 1] } : node)),
        }),
    })),
  },
  {
    subject: 'outputs',
    defect: 'read as float64',
    law: 'primitives',
    properties: ['add'],
    create: overriding((backend) => ({
      read: async (tensor) => Float64Array.from(await backend.read(tensor)) as unknown as Float32Array<ArrayBuffer>,
    })),
  },
];
