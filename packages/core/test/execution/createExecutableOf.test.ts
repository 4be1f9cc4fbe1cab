import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createBackendLifetime,
  createExecutableOf,
  createHandleTable,
  type Iteration,
  pendingEntries,
  programInterface,
  type RunEntries,
  type Tensor,
} from '../../src/backend/index.js';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder } from '../../src/program/index.js';

const code = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'nothing thrown';
};

/** An executable whose entries are numbers; `calls` counts the runs that were let through. */
function setUp() {
  const b = createBuilder('step');
  const w = b.input('w', [3], 'carried');
  const s = b.input('s', []);
  const x = b.input('x', [2, 3], 'iteration');
  const noise = [b.noise('normal', 'k', [3]), b.noise('uniform', 'j', [3]), b.noise('uniform', 'k', [3])];
  b.output('w', b.add(w, b.mul(s, b.reduceSum(x, [0]))));
  b.output(
    'z',
    noise.reduce((sum, each) => b.add(sum, each)),
  );
  const lifetime = createBackendLifetime('mine');
  const handles = createHandleTable<number>({ name: 'mine' });
  const seen = { calls: 0, disposed: 0 };
  const create = () =>
    createExecutableOf<number>({
      lifetime,
      handles,
      program: boundProgram(b.build()),
      execute(given, iterations) {
        seen.calls++;
        const sum = iterations.reduce((total, { inputs }) => total + (inputs.get('x') as number), 0);
        return {
          carried: new Map([['w', (given.get('w') as number) + (given.get('s') as number) * sum]]),
          outputs: iterations.map(({ keys }) => new Map([['z', keys.k.words[0] + keys.j.words[0]]])),
        };
      },
      dispose: () => {
        seen.disposed++;
      },
    });
  const shared: Record<string, Tensor> = { w: handles.add(1, [3]), s: handles.add(10, []) };
  const iteration = (x: number, word: number) => ({
    inputs: { x: handles.add(x, [2, 3]) } as Record<string, Tensor>,
    keys: { k: { words: [word, 0] }, j: { words: [1, 0] } } as Record<string, { words: readonly [number, number] }>,
  });
  return { lifetime, handles, seen, create, shared, iteration };
}

describe('an executable', () => {
  it('hands what stands behind inputs over by name, and gives what comes back handles of the program’s shapes', () => {
    const { handles, create, shared, iteration } = setUp();
    const { carried, outputs } = create().run(shared, [iteration(2, 5), iteration(3, 6)]);
    expect([carried.w.shape, outputs[0].z.shape]).toEqual([[3], [3]]);
    expect([handles.get(carried.w, 'read'), ...outputs.map(({ z }) => handles.get(z, 'read'))]).toEqual([51, 6, 7]);
  });

  it('refuses whatever is missing, unknown, misshapen, foreign or dead, wherever it is, before it computes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('w', 's', 'x', 'k', 'j'),
        fc.constantFrom('missing', 'undefined', 'renamed', 'added', 'misshapen', 'foreign', 'dead'),
        fc.nat(2),
        (name, fault, at) => {
          const { handles, seen, create, shared, iteration } = setUp();
          const iterations = [iteration(1, 1), iteration(2, 2), iteration(3, 3)];
          const isKey = name === 'k' || name === 'j';
          fc.pre(!isKey || !['misshapen', 'foreign', 'dead'].includes(fault));
          const place: Record<string, unknown> =
            name === 'x' ? iterations[at].inputs : isKey ? iterations[at].keys : shared;
          const tensor = place[name] as Tensor;
          const shape = tensor.shape;
          if (fault === 'missing' || fault === 'renamed') delete place[name];
          if (fault === 'undefined') place[name] = undefined;
          if (fault === 'renamed' || fault === 'added') place[`${name}2`] = tensor;
          if (fault === 'misshapen') place[name] = handles.add(1, [...shape, 1]);
          if (fault === 'foreign') place[name] = { shape };
          if (fault === 'dead') handles.dispose(tensor);
          const before = handles.count();
          const wanted = fault === 'dead' ? 'VARDROP_DISPOSED' : 'VARDROP_INPUT';
          expect(code(() => create().run(shared, iterations))).toBe(wanted);
          expect([seen.calls, handles.count()]).toEqual([0, before]);
        },
      ),
    );
  });

  it('says what was wrong, in which iteration, and what to do', () => {
    const { handles, create, shared, iteration } = setUp();
    const { run } = create();
    const good = iteration(1, 1);
    const with_ = (change: Iteration) => () => run(shared, [good, { ...good, ...change }]);
    expect(with_({ inputs: {} })).toThrow(
      '[mine] run step, iteration 1: input "x": got nothing, needs a tensor [2, 3]',
    );
    expect(with_({ inputs: { x: handles.add(1, [3, 2]) } })).toThrow('got [3, 2], needs [2, 3]. Reshape it');
    expect(with_({ inputs: { ...good.inputs, w: shared.w } })).toThrow('needs only "x" here. Leave it out.');
    expect(with_({ keys: { k: good.keys.k } })).toThrow('key "j": got none, needs the keys "k", "j". Pass it.');
    expect(with_({ keys: { ...good.keys, l: good.keys.k } })).toThrow('key "l": got one, needs the keys "k", "j"');
  });

  it('is disposed of once, by its owner or with the backend, and refuses to run afterwards', () => {
    const { lifetime, seen, create, shared } = setUp();
    const [first, second] = [create(), create()];
    first.dispose();
    first.dispose();
    expect(seen.disposed).toBe(1);
    expect(() => first.run(shared, [])).toThrow('[mine] run step: got a disposed executable');
    expect(code(() => second.run(shared, []))).toBe('nothing thrown');
    lifetime.close();
    expect(seen.disposed).toBe(2);
    expect(() => second.run(shared, [])).toThrow('[mine] run: got a closed backend');
  });

  it('is freed again where the backend was closed while it was compiled', () => {
    const { lifetime, seen, create } = setUp();
    lifetime.close();
    expect(code(create)).toBe('VARDROP_DISPOSED');
    expect(seen.disposed).toBe(1);
  });

  it('needs an output for each carried input', () => {
    const b = createBuilder('lost');
    b.output('y', b.exp(b.input('state', [1], 'carried')));
    const program = boundProgram(b.build());
    const parts = { ...setUp(), program, execute: () => ({ carried: new Map(), outputs: [] }) };
    expect(() => createExecutableOf<number>(parts)).toThrow('[lost] carried input "state": got no output of that name');
  });
});

describe('pending entries', () => {
  const b = createBuilder('step');
  const w = b.input('w', [], 'carried');
  b.output('w', b.neg(w));
  b.output('y', w);

  it('stand for what the run leaves, each owned by itself', async () => {
    const finished: RunEntries<number> = { carried: new Map([['w', 1]]), outputs: [new Map([['y', 2]])] };
    const owned: number[] = [];
    const own = (value: number) => {
      owned.push(value);
      return -value;
    };
    const { carried, outputs } = pendingEntries(
      programInterface(boundProgram(b.build())),
      1,
      Promise.resolve(finished),
      own,
    );
    expect([await carried.get('w'), await outputs[0].get('y'), outputs.length]).toEqual([-1, -2, 1]);
    expect(owned).toEqual([1, 2]);
  });

  it('reject with what the run failed of', async () => {
    const { carried, outputs } = pendingEntries(
      programInterface(boundProgram(b.build())),
      2,
      Promise.reject(new Error('lost')),
    );
    await new Promise((resolve) => setTimeout(resolve));
    for (const entries of [carried, ...outputs]) {
      for (const pending of entries.values()) await expect(pending).rejects.toThrow('lost');
    }
  });
});
