import type { Backend } from '@vardrop/core';
import type { Executable, Tensor, Tensors } from '@vardrop/core/backend';
import { type BoundProgram, boundProgram, createBuilder, elementCount, simplify } from '@vardrop/core/program';
import fc from 'fast-check';
import { programCases } from '../arbitraries/programs.js';
import { checkOnce, checkProperty } from '../checkProperty.js';
import { execute, prepare } from '../execute.js';
import { expectCode } from '../expectCode.js';
import type { Law, LawContext } from '../law.js';

/** Cases at effort `quick`. */
const runs = 25;

/**
 * Columns of the accumulator: a few, and enough for a backend to use threads or to compute once what all iterations
 * share.
 */
const sizes = [3, 5000];

/**
 * w ← ½ w + ½ s² x, with the old w, the new one (twice) and the sum as outputs. Exact in float32 for the numbers used.
 */
function accumulator(columns = 3): BoundProgram {
  const b = createBuilder('accumulator');
  const s = b.input('s', [columns]);
  const x = b.input('x', [2, columns], 'iteration');
  const w = b.input('w', [2, columns], 'carried');
  const next = b.add(b.mul(0.5, w), b.mul(b.mul(0.5, b.mul(s, s)), x));
  b.output('w', next);
  b.output('old', w);
  b.output('new', next);
  b.output('again', next);
  b.output('scale', s);
  b.output('sum', b.reduceSum(next));
  return boundProgram(b.build());
}

const filled = (value: number, count = 6) => new Float32Array(count).fill(value);

/** The value of w after each of the inputs, starting from 0, with s = 2. */
function expected(inputs: readonly number[]): number[] {
  let w = 0;
  return inputs.map((x) => {
    w = 0.5 * w + 2 * x;
    return w;
  });
}

function same(what: string, got: Float32Array, wanted: number): void {
  const wrong = got.findIndex((value) => value !== wanted);
  if (wrong >= 0) throw new Error(`${what} at ${wrong}: got ${got[wrong]}, wanted ${wanted}`);
}

/** Uploads what a case needs and disposes of everything that is left at the end. */
async function using(
  { backend, ledger }: LawContext,
  work: (tools: {
    upload(value: number | Float32Array, shape?: readonly number[]): Tensor;
    own<T extends Tensors>(tensors: T): T;
    dispose(tensor: Tensor): void;
    compile(program: BoundProgram): Promise<Executable>;
  }) => Promise<void>,
): Promise<void> {
  const live = new Set<Tensor>();
  const executables = new Set<Executable>();
  try {
    await work({
      upload(value, shape = [2, 3]) {
        const tensor = backend.upload(typeof value === 'number' ? filled(value, elementCount(shape)) : value, shape);
        live.add(tensor);
        return tensor;
      },
      own(tensors) {
        for (const tensor of Object.values(tensors)) live.add(tensor);
        return tensors;
      },
      dispose(tensor) {
        live.delete(tensor);
        backend.dispose(tensor);
      },
      async compile(program) {
        const executable = await backend.compile(program);
        executables.add(executable);
        return executable;
      },
    });
    ledger.compare(0, 0);
  } finally {
    for (const tensor of live) backend.dispose(tensor);
    for (const executable of executables) executable.dispose();
  }
}

/** Tensors that are disposed of are refused; all others still work. */
async function checkDisposal(context: LawContext): Promise<void> {
  const { backend } = context;
  await checkOnce(context, 'double dispose', () =>
    using(context, async ({ upload, dispose }) => {
      const tensor = upload(1);
      const other = upload(2);
      dispose(tensor);
      await expectCode('a second dispose of one tensor', 'VARDROP_DISPOSED', () => backend.dispose(tensor));
      same('another tensor', await backend.read(other), 2);
    }),
  );
  await checkOnce(context, 'use after dispose', () =>
    using(context, async ({ upload, dispose, compile, own }) => {
      const executable = await compile(accumulator());
      const shared = { s: upload(2, [3]), w: upload(0) };
      const x = upload(1);
      dispose(x);
      await expectCode('read of a disposed tensor', 'VARDROP_DISPOSED', () => backend.read(x));
      await expectCode('native of a disposed tensor', 'VARDROP_DISPOSED', () => backend.native(x));
      await expectCode('a run with a disposed input', 'VARDROP_DISPOSED', async () => {
        const { carried, outputs } = executable.run(shared, [{ inputs: { x } }]);
        own(carried);
        outputs.forEach(own);
        await backend.read(outputs[0].new);
      });
    }),
  );
  await checkOnce(context, 'use of a disposed executable', () =>
    using(context, async ({ upload, own }) => {
      const executable = await backend.compile(accumulator());
      const shared = { s: upload(2, [3]), w: upload(0) };
      const x = upload(3);
      const { carried, outputs } = executable.run(shared, [{ inputs: { x } }]);
      own(carried);
      outputs.forEach(own);
      executable.dispose();
      same('a result of an executable that is disposed of', await backend.read(outputs[0].new), 6);
      await expectCode('a run of a disposed executable', 'VARDROP_DISPOSED', () => {
        const result = executable.run(shared, [{ inputs: { x } }]);
        own(result.carried);
        result.outputs.forEach(own);
      });
    }),
  );
  await checkOnce(context, 'two executables of one program', () =>
    using(context, async ({ upload, own, compile }) => {
      const first = await compile(accumulator());
      const second = await backend.compile(accumulator());
      second.dispose();
      const { carried, outputs } = first.run({ s: upload(2, [3]), w: upload(0) }, [{ inputs: { x: upload(3) } }]);
      own(carried);
      own(outputs[0]);
      same('a result after another executable was disposed of', await backend.read(outputs[0].new), 6);
    }),
  );
}

/** Handles and arrays do not depend on each other. */
async function checkIndependence(context: LawContext): Promise<void> {
  const { backend } = context;
  await checkOnce(context, 'handles of one value', () =>
    using(context, async ({ upload, own, dispose, compile }) => {
      // Inputs are also outputs, and one value has three names. Each handle is disposed of separately.
      const executable = await compile(accumulator());
      const shared = { s: upload(2, [3]), w: upload(4) };
      const x = upload(1);
      const result = executable.run(shared, [{ inputs: { x } }]);
      const outputs = own(result.outputs[0]);
      const { w } = own(result.carried);
      const handles = [shared.s, shared.w, x, w, ...Object.values(outputs)];
      if (new Set(handles).size !== handles.length) throw new Error('two names of one value have the same handle');
      for (const tensor of [shared.w, w, outputs.again]) dispose(tensor);
      same('an output whose namesakes are disposed of', await backend.read(outputs.new), 4);
      same('an output that was an input, which is disposed of', await backend.read(outputs.old), 4);
      dispose(outputs.scale);
      same('an input whose output is disposed of', await backend.read(shared.s), 2);
    }),
  );
  await checkOnce(context, 'copies', () =>
    using(context, async ({ upload, own, compile }) => {
      const host = filled(1);
      const tensor = upload(host);
      host.fill(9);
      const read = await backend.read(tensor);
      same('an uploaded tensor after its array changed', read, 1);
      read.fill(7);
      same('a tensor after what was read of it changed', await backend.read(tensor), 1);
      const executable = await compile(accumulator());
      const result = executable.run({ s: upload(2, [3]), w: upload(0) }, [{ inputs: { x: tensor } }]);
      const [outputs, { w }] = [own(result.outputs[0]), own(result.carried)];
      (await backend.read(outputs.again)).fill(7);
      same('a value after what was read of it under another name changed', await backend.read(w), 2);
      same('an output after what was read of its namesake changed', await backend.read(outputs.new), 2);
    }),
  );
}

async function checkSteps(context: LawContext, columns: number): Promise<void> {
  const { backend } = context;
  const inputs = [1, -2, 4, 0, 8];
  const wanted = expected(inputs);
  const shape = [2, columns];
  await checkOnce(context, `order of enqueued runs, ${columns} columns`, () =>
    using(context, async ({ upload, own, dispose, compile }) => {
      const executable = await compile(accumulator(columns));
      const s = upload(2, [columns]);
      let w = upload(0, shape);
      const results = inputs.map((value) => {
        const x = upload(value, shape);
        const result = executable.run({ s, w }, [{ inputs: { x } }]);
        const outputs = own(result.outputs[0]);
        // Inputs may be disposed of at once, and outputs even before they are computed.
        for (const tensor of [x, w, outputs.again]) dispose(tensor);
        w = own(result.carried).w;
        return outputs;
      });
      for (let i = inputs.length - 1; i >= 0; i--) {
        same(`step ${i}, read after later ones`, await backend.read(results[i].new), wanted[i]);
        same(`sum of step ${i}`, await backend.read(results[i].sum), 2 * columns * wanted[i]);
      }
      same('the carried value', await backend.read(w), wanted[inputs.length - 1]);
    }),
  );
  await checkOnce(context, `iterations of one run, ${columns} columns`, () =>
    using(context, async ({ upload, own, compile }) => {
      const executable = await compile(accumulator(columns));
      const shared = { s: upload(2, [columns]), w: upload(0, shape) };
      const result = executable.run(
        shared,
        inputs.map((value) => ({ inputs: { x: upload(value, shape) } })),
      );
      own(result.carried);
      result.outputs.forEach(own);
      if (result.outputs.length !== inputs.length)
        throw new Error(`iterations: got outputs of ${result.outputs.length}, wanted ${inputs.length}`);
      for (const [i, outputs] of result.outputs.entries()) {
        same(`new value of iteration ${i}`, await backend.read(outputs.new), wanted[i]);
        same(`old value of iteration ${i}`, await backend.read(outputs.old), i === 0 ? 0 : wanted[i - 1]);
        if ('w' in outputs) throw new Error(`iteration ${i}: got the carried value among its outputs, too`);
      }
      same('the carried value', await backend.read(result.carried.w), wanted[inputs.length - 1]);
      same('the first carried value', await backend.read(shared.w), 0);
    }),
  );
  await checkOnce(context, `no iterations, ${columns} columns`, () =>
    using(context, async ({ upload, own, dispose, compile }) => {
      const executable = await compile(accumulator(columns));
      const w = upload(5, shape);
      const result = executable.run({ s: upload(2, [columns]), w }, []);
      own(result.carried);
      if (result.outputs.length !== 0) throw new Error(`outputs of ${result.outputs.length} iterations, wanted none`);
      if (result.carried.w === w) throw new Error('no iterations: got the handle that was passed in, wanted another');
      const again = own(executable.run({ s: upload(2, [columns]), w }, []).carried).w;
      dispose(w);
      dispose(again);
      same('the carried value of no iterations', await backend.read(result.carried.w), 5);
    }),
  );
}

async function checkOrder(context: LawContext): Promise<void> {
  for (const columns of sizes) await checkSteps(context, columns);
  const { backend } = context;
  await checkOnce(context, 'concurrent runs', () =>
    using(context, async ({ upload, own, compile }) => {
      const [first, second] = await Promise.all([compile(accumulator()), compile(accumulator())]);
      const s = upload(2, [3]);
      const runs = [1, 2, 3, 4, 5, 6].map((value, i) => {
        const result = (i % 2 === 0 ? first : second).run({ s, w: upload(value) }, [{ inputs: { x: upload(-value) } }]);
        own(result.carried);
        return { value, outputs: own(result.outputs[0]) };
      });
      const read = await Promise.all(runs.map(({ outputs }) => backend.read(outputs.new)));
      runs.forEach(({ value }, i) => {
        same(`run ${i} of six at once`, read[i], -1.5 * value);
      });
    }),
  );
}

async function checkSeveral(context: LawContext, create: () => Promise<Backend>): Promise<void> {
  const { backend } = context;
  await checkOnce(context, 'several backends at once', () =>
    using(context, async ({ upload, own, compile }) => {
      const other = await create();
      try {
        const program = accumulator();
        const executable = await compile(program);
        const otherExecutable = await other.compile(program);
        const mine = { s: upload(2, [3]), w: upload(0) };
        const theirs = { s: other.upload(filled(2, 3), [3]), w: other.upload(filled(0), [2, 3]) };
        const before = backend.liveTensors();
        const x = other.upload(filled(5), [2, 3]);
        if (backend.liveTensors() !== before) throw new Error('a tensor of one backend is counted by another');
        await expectCode('a run with a tensor of another backend', /^VARDROP_/, () => {
          const result = executable.run(mine, [{ inputs: { x } }]);
          own(result.carried);
          result.outputs.forEach(own);
        });
        const a = executable.run(mine, [{ inputs: { x: upload(3) } }]);
        const b = otherExecutable.run(theirs, [{ inputs: { x } }]);
        own(a.carried);
        own(a.outputs[0]);
        same('a run on another backend', await other.read(b.outputs[0].new), 10);
        await other.close();
        same('a run before another backend was closed', await backend.read(a.outputs[0].new), 6);
        const late = executable.run(mine, [{ inputs: { x: upload(4) } }]);
        own(late.carried);
        own(late.outputs[0]);
        same('a run after another backend was closed', await backend.read(late.outputs[0].new), 8);
      } finally {
        await other.close();
      }
    }),
  );
  await checkOnce(context, 'closed', async () => {
    const other = await create();
    const executable = await other.compile(accumulator());
    const tensor = other.upload(filled(1), [2, 3]);
    await other.close();
    await expectCode('upload after close', 'VARDROP_DISPOSED', () => other.upload(filled(1), [2, 3]));
    await expectCode('read after close', 'VARDROP_DISPOSED', () => other.read(tensor));
    await expectCode('compile after close', 'VARDROP_DISPOSED', () => other.compile(accumulator()));
    await expectCode('run after close', 'VARDROP_DISPOSED', () => executable.run({}, []));
    if (other.liveTensors() !== 0) throw new Error(`after close: got ${other.liveTensors()} live tensors, wanted 0`);
    await other.close();
  });
  await checkOnce(context, 'closed while it compiles', async () => {
    const other = await create();
    const compiling = other.compile(accumulator());
    // The compilation may be refused, or it may end before `close`. In both cases its result cannot run.
    const refused = expectCode('a run of what was compiled as the backend was closed', 'VARDROP_DISPOSED', async () =>
      (await compiling).run({}, []),
    );
    await other.close();
    await refused;
  });
}

/** Ownership, and the order of runs. */
export const lifetime: Law = {
  id: 'lifetime',
  statement:
    'every tensor is freed once and no sooner, runs happen in the order of their calls, and backends do not disturb each other',
  async check(context) {
    const { backend, create } = context;
    await checkDisposal(context);
    await checkIndependence(context);
    await checkOrder(context);
    if (create) await checkSeveral(context, create);
    await checkProperty(context, 'leaks', programCases({ steps: 12 }), runs, async ({ program, data }) => {
      const before = backend.liveTensors();
      const { program: prepared, data: values } = prepare(backend, simplify(program), data);
      await execute(backend, prepared, values);
      const left = backend.liveTensors() - before;
      if (left !== 0) throw new Error(`live tensors: got ${left} more than before the run, wanted none`);
    });
    await checkProperty(context, 'live tensors', fc.array(fc.boolean(), { maxLength: 20 }), runs, async (steps) => {
      const before = backend.liveTensors();
      const held: Tensor[] = [];
      try {
        for (const up of steps) {
          if (up || held.length === 0) held.push(backend.upload(filled(held.length), [3, 2]));
          else backend.dispose(held.shift() as Tensor);
          const count = backend.liveTensors() - before;
          if (count !== held.length) throw new Error(`live tensors: got ${count} more, wanted ${held.length}`);
        }
      } finally {
        for (const tensor of held) backend.dispose(tensor);
      }
    });
  },
};
