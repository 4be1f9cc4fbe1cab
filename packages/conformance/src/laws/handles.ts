import type { Backend } from '@vardrop/core';
import { type CompiledProgram, compileProgram, type Iteration, type Tensor, type Tensors } from '@vardrop/core/backend';
import { boundProgram, createBuilder, type Program, simplify } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import fc from 'fast-check';
import { programCases } from '../arbitraries/programs.js';
import { withNodeOutputs } from '../checkNodes.js';
import { checkOnce, checkProperty } from '../checkProperty.js';
import { execute, prepare } from '../execute.js';
import type { Law, LawContext } from '../law.js';

/** Cases at effort `quick`. */
const runs = 25;

/** Most iterations of one run: more than a backend puts into one plan of its own. */
const mostIterations = 70;

function same(what: string, got: Float32Array, wanted: Float32Array): void {
  const wrong = wanted.findIndex((value, i) => !Object.is(got[i], value));
  if (wrong >= 0) throw new Error(`${what} at ${wrong}: got ${got[wrong]}, wanted ${wanted[wrong]}`);
  if (got.length !== wanted.length) throw new Error(`${what}: got ${got.length} values, wanted ${wanted.length}`);
}

/**
 * Every value of a random program has a handle, including its inputs and values that differ only in shape. Many handles
 * therefore refer to the same memory. Some are disposed of in any order; the others must keep their values.
 */
async function checkSubsets(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  const cases = fc.tuple(
    programCases({ steps: 6, exact: true }),
    fc.infiniteStream(fc.nat(999)).map((stream) => (count: number) => {
      const { value } = stream.next();
      return (value as number) % count;
    }),
    fc.nat(100),
  );
  await checkProperty(context, 'subsets of handles', cases, runs, async ([{ program, data }, pick, percent]) => {
    const { program: prepared, data: given } = prepare(backend, simplify(program), data);
    const all = withNodeOutputs(prepared);
    const executable = await backend.compile(all);
    const live = new Map<string, Tensor>();
    try {
      const inputs = (iteration: boolean) => {
        const tensors: Record<string, Tensor> = {};
        for (const node of all.nodes) {
          if (node.op !== 'input' || (node.role === 'iteration') !== iteration) continue;
          tensors[node.name] = backend.upload(given.inputs[node.name], node.shape);
          live.set(`input ${node.name}`, tensors[node.name]);
        }
        return tensors;
      };
      const [shared, own] = [inputs(false), inputs(true)];
      const run = () => executable.run(shared, [{ inputs: own, keys: given.keys ?? {} }]).outputs[0];
      const wanted = new Map<string, Float32Array>();
      for (const [name, tensor] of Object.entries(run())) {
        live.set(`first ${name}`, tensor);
        wanted.set(name, await backend.read(tensor));
      }
      for (const [name, tensor] of Object.entries(run())) live.set(name, tensor);
      const names = [...live.keys()];
      for (let i = Math.ceil((names.length * percent) / 100); i > 0 && names.length > 0; i--) {
        const [name] = names.splice(pick(names.length), 1);
        backend.dispose(live.get(name) as Tensor);
        live.delete(name);
      }
      for (const [name, tensor] of live) {
        const value = wanted.get(name.replace(/^first /, '')) ?? given.inputs[name.replace(/^input /, '')];
        same(`${name}, after others were disposed of`, await backend.read(tensor), value);
      }
      ledger.compare(0, 0);
    } finally {
      for (const tensor of live.values()) backend.dispose(tensor);
      executable.dispose();
    }
  });
}

/**
 * w ← ½ w + mean of x ⊙ ε over the rows. It has products, noise of two streams and values that are the same in all
 * iterations.
 */
function walk(): Program {
  const b = createBuilder('walk');
  const s = b.input('s', [3, 4]);
  const x = b.input('x', [2, 3], 'iteration');
  const w = b.input('w', [2, 4], 'carried');
  const scale = b.exp(b.mul(-0.5, b.square(s)));
  const mixed = b.matmul(b.mul(x, b.noise('normal', 'first', [2, 3])), scale);
  const next = b.add(b.mul(0.5, w), b.selectGreater(b.noise('uniform', 'second', [2, 4]), 0.5, mixed, 0));
  b.output('w', next);
  b.output('mixed', mixed);
  b.output('sum', b.reduceSum(next));
  return b.build();
}

/** Reads the outputs of a run and disposes of them, except carried values. */
async function takeAll(backend: Backend, outputs: readonly Tensors[]): Promise<Float32Array[]> {
  try {
    const read: Float32Array[] = [];
    for (const each of outputs) for (const name of ['mixed', 'sum']) read.push(await backend.read(each[name]));
    return read;
  } finally {
    for (const each of outputs) for (const tensor of Object.values(each)) backend.dispose(tensor);
  }
}

/** The walk's outputs and its last value, with its iterations split into runs of given lengths. */
async function walkIn(
  backend: Backend,
  compiled: CompiledProgram,
  fixed: Tensors,
  iterations: readonly Iteration[],
  lengths: readonly number[],
): Promise<Float32Array[]> {
  const values: Float32Array[] = [];
  let w = backend.upload(new Float32Array(8), [2, 4]);
  try {
    let done = 0;
    for (const length of lengths) {
      const { carried, outputs } = compiled.run({ ...fixed, w }, iterations.slice(done, done + length));
      backend.dispose(w);
      w = carried.w;
      values.push(...(await takeAll(backend, outputs)));
      done += length;
    }
    values.push(await backend.read(w));
    return values;
  } finally {
    backend.dispose(w);
  }
}

async function checkIterations(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  const cases = fc.record({
    count: fc.oneof(fc.constant(mostIterations), fc.integer({ min: 1, max: mostIterations })),
    seed: fc.nat(),
    cut: fc.integer({ min: 1, max: mostIterations }),
  });
  await checkProperty(context, 'keyed iterations', cases, Math.ceil(runs / 5), async ({ count, seed, cut }) => {
    const compiled = await compileProgram(backend, walk());
    const live: Tensor[] = [];
    const upload = (key: random.Key, shape: readonly number[], size: number) => {
      const tensor = backend.upload(random.normal(key, size), shape);
      live.push(tensor);
      return tensor;
    };
    try {
      const root = random.key(seed);
      const fixed = { s: upload(random.foldIn(root, 1000), [3, 4], 12) };
      const iterations = Array.from({ length: count }, (_, i): Iteration => {
        const own = random.foldIn(root, i);
        const keys = { first: { words: random.foldIn(own, 1) }, second: { words: random.foldIn(own, 2) } };
        return { inputs: { x: upload(own, [2, 3], 6) }, keys };
      });
      const inRuns = (length: number) =>
        Array.from({ length: Math.ceil(count / length) }, (_, i) => Math.min(length, count - i * length));
      const one = await walkIn(backend, compiled, fixed, iterations, inRuns(1));
      for (const length of [count, Math.min(cut, count)]) {
        const other = await walkIn(backend, compiled, fixed, iterations, inRuns(length));
        other.forEach((values, i) => {
          same(`value ${i} of ${count} iterations in runs of ${length}, against runs of one`, values, one[i]);
        });
      }
      ledger.compare(0, 0);
    } finally {
      for (const tensor of live) backend.dispose(tensor);
      compiled.dispose();
    }
  });
}

/**
 * A new handle for a framework's tensor that already has one holds the same values. Each handle is disposed of
 * separately.
 */
async function checkWrapped(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  for (const first of ['the wrapped handle', 'the one whose tensor it is'] as const) {
    await checkOnce(context, `wrapped natives, ${first} disposed of first`, async () => {
      const b = createBuilder('double');
      const x = b.input('x', [2, 3], 'iteration');
      b.output('y', b.add(x, x));
      const executable = await backend.compile(boundProgram(b.build()));
      const before = backend.liveTensors();
      try {
        const uploaded = backend.upload(Float32Array.of(1, -2, 3, 0.5, 7, -0), [2, 3]);
        const { y } = executable.run({}, [{ inputs: { x: uploaded } }]).outputs[0];
        for (const tensor of [uploaded, y]) {
          const values = await backend.read(tensor);
          const wrapped = backend.wrap(await backend.native(tensor));
          if (wrapped.shape.join() !== '2,3')
            throw new Error(`wrapped: got the shape [${wrapped.shape}], wanted [2,3]`);
          same('what wraps the tensor of a handle', await backend.read(wrapped), values);
          const [gone, left] = first === 'the wrapped handle' ? [wrapped, tensor] : [tensor, wrapped];
          backend.dispose(gone);
          same(`after ${first} was disposed of, the other`, await backend.read(left), values);
          backend.dispose(left);
        }
        const count = backend.liveTensors() - before;
        if (count !== 0) throw new Error(`live tensors: got ${count} more than before, wanted none`);
        ledger.compare(0, 0);
      } finally {
        executable.dispose();
      }
    });
  }
}

/** Where the backend counts the framework's tensors, runs leave none behind once their handles are disposed of. */
async function checkMemory(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  if (!backend.allocated) return;
  await checkProperty(context, 'native memory', programCases({ steps: 8 }), runs, async ({ program, data }) => {
    const { program: prepared, data: given } = prepare(backend, simplify(program), data);
    const before = backend.allocated?.();
    await execute(backend, prepared, given);
    const after = backend.allocated?.();
    if (after !== before)
      throw new Error(`tensors of the framework: got ${after} after a run, wanted ${before} as before`);
    ledger.compare(0, 0);
  });
}

/** Handles and the values that they refer to. */
export const handles: Law = {
  id: 'handles',
  statement:
    'handles do not depend on each other: the iterations of one run are runs, what wraps a native tensor has its values, and disposing of any handles leaves the others, and in the end nothing',
  async check(context) {
    await checkSubsets(context);
    await checkIterations(context);
    await checkWrapped(context);
    await checkMemory(context);
  },
};
