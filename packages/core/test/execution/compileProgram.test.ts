import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/backend/compileProgram.js';
import type { Backend, Tensors } from '../../src/backend/contract.js';
import { createBuilder } from '../../src/program/builder.js';
import { elementCount } from '../../src/program/index.js';
import type { Program } from '../../src/program/program.js';
import { foldIn, key } from '../../src/random/index.js';
import { watched } from '../prediction/helpers.js';

const words = (index: number) => foldIn(key(9), index);

/** Noise of every kind: rows of datapoints, one shared sample, a scalar; and a carried value. */
function noisyStep(): Program {
  const b = createBuilder('step');
  const x = b.input('x', ['batch', 3], 'iteration');
  const w = b.input('w', [3, 2], 'carried');
  const scale = b.input('scale', []);
  const sampled = b.add(w, b.noise('normal', 'weights', [3, 2]));
  const y = b.add(b.matmul(x, sampled), b.noise('normal', 'zeta', ['batch', 2]));
  const mask = b.selectGreater(b.noise('uniform', 'mask', ['batch', 1]), b.noise('uniform', 'rate', []), 1, 0);
  b.output('y', b.mul(b.mul(y, mask), scale));
  b.output('kl', b.reduceSum(b.special('logUniformKl', w)));
  b.output('w', b.mul(0.5, sampled));
  return b.build();
}

const names = ['weights', 'zeta', 'mask', 'rate'];

function keysFor(iteration: number, row = 0) {
  return Object.fromEntries(names.map((name, i) => [name, { words: words(10 * iteration + i), row }]));
}

async function readAll(backend: Backend, tensors: Tensors): Promise<Record<string, number[]>> {
  const entries = Object.entries(tensors).map(async ([name, tensor]) => {
    const values = Array.from(await backend.read(tensor));
    backend.dispose(tensor);
    return [name, values] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** How many of the two iterations' noises are not among those prepared. */
function uploadsLeft(prepared: Parameters<typeof runTwice>[2], row: number): number {
  const right = [0, 1].filter((i) => JSON.stringify(prepared?.[i]) === JSON.stringify(keysFor(i, row)));
  return names.length * (2 - right.length);
}

/** Two iterations of the step on a backend that makes noise there or not; checks that nothing is left behind. */
async function runTwice(
  noise: 'host' | 'device',
  row = 0,
  prepare?: readonly Readonly<Record<string, { words: readonly [number, number]; row?: number }>>[],
) {
  const { backend, counts } = watched({ noise });
  const step = await compileProgram(backend, noisyStep(), { batch: 4 });
  if (prepare) step.prepareNoise(prepare);
  const calls = counts.calls;
  const upload = (values: number[], shape: number[]) => backend.upload(Float32Array.from(values), shape);
  const w = upload([0.5, -1, 2, 0.25, 0, 1], [3, 2]);
  const scale = upload([3], []);
  const xs = [0, 1].map((i) =>
    upload(
      Array.from({ length: 12 }, (_, j) => Math.cos(j + 5 * i)),
      [4, 3],
    ),
  );
  const { carried, outputs } = step.run(
    { w, scale },
    xs.map((x, i) => ({ inputs: { x }, keys: keysFor(i, row) })),
  );
  for (const tensor of [w, scale, ...xs]) backend.dispose(tensor);
  // What the run uploaded itself: not the four inputs, nor the run.
  const uploads = counts.calls - calls - 5;
  expect(uploads).toBe(noise === 'device' ? 0 : uploadsLeft(prepare, row));
  const result = { carried: await readAll(backend, carried), outputs: [] as Record<string, number[]>[] };
  for (const tensors of outputs) result.outputs.push(await readAll(backend, tensors));
  expect(backend.liveTensors()).toBe(0);
  return result;
}

describe('compileProgram', () => {
  it('gives the same bits whether the backend or the host makes the noise', async () => {
    const device = await runTwice('device');
    expect(await runTwice('host')).toEqual(device);
    expect(device.outputs).toHaveLength(2);
    expect(device.outputs[0].y).not.toEqual(device.outputs[1].y);
  });

  it('takes noise that was made ahead if it is of the same keys, and makes its own if not', async () => {
    for (const row of [0, 7]) {
      const wanted = await runTwice('device', row);
      const keys = [keysFor(0, row), keysFor(1, row)];
      const others = [keysFor(1, row), keysFor(0, row + 1), { ...keysFor(0, row), mask: { words: words(99), row } }];
      for (const prepared of [
        [],
        keys,
        keys.slice(0, 1),
        [...keys, keysFor(2, row)],
        ...others.map((other) => [other]),
      ]) {
        expect(await runTwice('host', row, prepared)).toEqual(wanted);
        expect(await runTwice('device', row, prepared)).toEqual(wanted);
      }
    }
  });

  it('keeps the noise of one run ahead at most, and none after a failure or when disposed of', async () => {
    const { backend } = watched({ noise: 'host' });
    const step = await compileProgram(backend, noisyStep(), { batch: 4 });
    step.prepareNoise([keysFor(0), keysFor(1)]);
    expect(backend.liveTensors()).toBe(2 * names.length);
    step.prepareNoise([keysFor(2)]);
    expect(backend.liveTensors()).toBe(names.length);
    const { mask: _, ...lacking } = keysFor(3);
    expect(() => step.prepareNoise([lacking])).toThrow('key "mask": got nothing');
    expect(backend.liveTensors()).toBe(0);
    step.prepareNoise([keysFor(4)]);
    expect(() => step.run({}, [{ keys: keysFor(4) }])).toThrow(expect.objectContaining({ code: 'VARDROP_INPUT' }));
    expect(backend.liveTensors()).toBe(0);
    step.prepareNoise([keysFor(5)]);
    step.dispose();
    expect(backend.liveTensors()).toBe(0);
  });

  it('moves the noise of datapoints, and only that, with the row', async () => {
    for (const noise of ['host', 'device'] as const) {
      const base = await runTwice(noise);
      const moved = await runTwice(noise, 7);
      expect(moved.carried).toEqual(base.carried);
      expect(moved.outputs.map(({ kl }) => kl)).toEqual(base.outputs.map(({ kl }) => kl));
      expect(moved.outputs[0].y).not.toEqual(base.outputs[0].y);
    }
  });

  it('gives a row the noise of its index in the data, however the data is cut', async () => {
    for (const noise of ['host', 'device'] as const) {
      const { backend } = watched({ noise });
      const b = createBuilder('rows');
      b.output('z', b.add(b.noise('normal', 'zeta', ['batch', 2, 3]), b.input('zero', [])));
      const zero = backend.upload(Float32Array.of(0), []);
      const rows = async (batch: number, row: number) => {
        const program = await compileProgram(backend, b.build(), { batch });
        const { outputs } = program.run({ zero }, [{ keys: { zeta: { words: words(0), row } } }]);
        return (await readAll(backend, outputs[0])).z;
      };
      const whole = await rows(5, 0);
      expect([...(await rows(2, 0)), ...(await rows(3, 2))]).toEqual(whole);
    }
  });

  it('binds, expands and simplifies', async () => {
    const { backend } = watched();
    const native = await compileProgram(backend, noisyStep(), { batch: 4 });
    expect(native.program.nodes.some((node) => node.op === 'special')).toBe(true);
    expect(native.program.nodes.flatMap((node) => node.shape)).not.toContain('batch');
    const plain: Backend = { ...backend, supports: { ...backend.supports, functions: [] } };
    const expanded = await compileProgram(plain, noisyStep(), { batch: 4 });
    expect(expanded.program.nodes.some((node) => node.op === 'special')).toBe(false);
  });

  it('refuses a batch that is none, and an empty maximum, before it compiles', async () => {
    const { backend, counts } = watched();
    await expect(compileProgram(backend, noisyStep(), { batch: 0 })).rejects.toMatchObject({ code: 'VARDROP_BATCH' });
    const b = createBuilder('empty');
    b.output('y', b.reduceMax(b.input('x', [0])));
    await expect(compileProgram(backend, b.build())).rejects.toMatchObject({ code: 'VARDROP_EMPTY' });
    expect(counts.calls).toBe(0);
  });

  it('ignores inputs and keys that the program does not need', async () => {
    for (const noise of ['host', 'device'] as const) {
      const { backend } = watched({ noise });
      const b = createBuilder('some');
      const unused = b.add(b.input('unused', [2]), b.noise('normal', 'unused', [2]));
      const x = b.input('x', [2], 'iteration');
      b.output('y', b.withDerivative(b.exp(x), [[x, unused]]));
      const program = await compileProgram(backend, b.build());
      const x0 = backend.upload(Float32Array.of(0, 1), [2]);
      const { outputs } = program.run({ other: x0 }, [
        { inputs: { x: x0, more: x0 }, keys: { another: { words: [1, 2] } } },
      ]);
      expect((await readAll(backend, outputs[0])).y[0]).toBe(1);
    }
  });

  it('returns as carried what the source carries, even where nothing reads it', async () => {
    const { backend } = watched();
    const b = createBuilder('write only');
    const x = b.input('x', [2], 'iteration');
    b.input('last', [2], 'carried');
    const sum = b.input('sum', [2], 'carried');
    b.output('last', b.mul(x, 10));
    b.output('sum', b.add(sum, x));
    b.output('seen', b.neg(x));
    const program = await compileProgram(backend, b.build());
    const zero = backend.upload(new Float32Array(2), [2]);
    const xs = [1, 2, 3].map((i) => backend.upload(Float32Array.of(i, -i), [2]));
    const { carried, outputs } = program.run(
      { last: zero, sum: zero },
      xs.map((value) => ({ inputs: { x: value } })),
    );
    for (const tensor of [zero, ...xs]) backend.dispose(tensor);
    expect(backend.liveTensors()).toBe(2 + 3);
    expect(await readAll(backend, carried)).toEqual({ last: [30, -30], sum: [6, -6] });
    expect(outputs.map((tensors) => Object.keys(tensors))).toEqual([['seen'], ['seen'], ['seen']]);
  });
});

describe('compileProgram refuses', () => {
  const attempt = async (
    noise: 'host' | 'device',
    change: (given: {
      shared: Tensors;
      iteration: Tensors;
      keys: Record<string, { words: readonly [number, number] }>;
    }) => void,
  ) => {
    const { backend, counts } = watched({ noise });
    const step = await compileProgram(backend, noisyStep(), { batch: 4 });
    const upload = (shape: number[]) => backend.upload(new Float32Array(elementCount(shape)), shape);
    const given = {
      shared: { w: upload([3, 2]), scale: upload([]) },
      iteration: { x: upload([4, 3]) },
      keys: keysFor(0),
    };
    change(given);
    const live = backend.liveTensors();
    let error: unknown;
    try {
      step.run(given.shared, [
        { inputs: { x: upload([4, 3]) }, keys: keysFor(1) },
        { inputs: given.iteration, keys: given.keys },
      ]);
    } catch (thrown) {
      error = thrown;
    }
    return { error, left: backend.liveTensors() - live - 1, runs: counts.runs };
  };
  type Given = Parameters<Parameters<typeof attempt>[1]>[0];
  const without = (of: 'shared' | 'iteration' | 'keys', name: string) => (given: Given) => {
    given[of] = Object.fromEntries(Object.entries(given[of]).filter(([other]) => other !== name)) as never;
  };
  for (const noise of ['host', 'device'] as const) {
    for (const [what, change, text] of [
      ['a missing shared input', without('shared', 'scale'), 'input "scale": got nothing'],
      ['a missing carried input', without('shared', 'w'), 'input "w": got nothing, needs a tensor [3, 2]'],
      ['a missing input of an iteration', without('iteration', 'x'), 'input "x": got nothing, needs a tensor [4, 3]'],
      ['a missing key', without('keys', 'mask'), 'key "mask": got nothing'],
      [
        'a wrong shape',
        (given: Given) => {
          given.shared = { ...given.shared, scale: given.shared.w };
        },
        'input "scale": got a tensor [3, 2], needs []',
      ],
    ] as const) {
      it(`${what}, noise from the ${noise}, and leaves nothing on the backend`, async () => {
        const { error, left, runs } = await attempt(noise, change);
        expect(error).toMatchObject({ code: 'VARDROP_INPUT', message: expect.stringContaining(text) });
        expect(left).toBe(0);
        expect(runs).toBe(0);
      });
    }
  }

  it('leaves nothing behind when an upload of noise or the run itself fails', async () => {
    // Calls of the backend: 4 uploads and a compilation, then noise, then the run.
    for (const failAt of [6, 7, 8, 9, 10]) {
      const { backend, counts } = watched({ noise: 'host', failAt });
      const upload = (shape: number[]) => backend.upload(new Float32Array(elementCount(shape)), shape);
      const [w, scale, x] = [upload([3, 2]), upload([]), upload([4, 3])];
      const step = await compileProgram(backend, noisyStep(), { batch: 4 });
      upload([]);
      expect(() => step.run({ w, scale }, [{ inputs: { x }, keys: keysFor(0) }])).toThrow('the device is lost');
      expect(backend.liveTensors()).toBe(4);
      expect(counts.calls).toBe(failAt);
    }
  });
});
