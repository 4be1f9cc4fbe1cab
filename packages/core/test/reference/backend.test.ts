import { describe, expect, it } from 'vitest';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder, type Program } from '../../src/program/index.js';
import type { BoundProgram } from '../../src/program/program.js';
import { createReferenceBackend, evaluate, evaluateAll, exactFunctions } from '../../src/reference/index.js';

const coded = (code: string, text = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as string });

/** Noise that says where it came from: the element index plus a hundred times the first word. */
function countingNoise(_: string, words: readonly [number, number], out: Float32Array, offset: number) {
  out.forEach((_value, i) => {
    out[i] = 100 * words[0] + offset + i;
  });
}

/** Carried sum ← sum + scale · x, and its square as another output. */
function accumulator(): Program {
  const b = createBuilder('accumulator');
  const scale = b.input('scale', []);
  const sum = b.input('sum', [2], 'carried');
  const x = b.input('x', [2], 'iteration');
  const next = b.add(sum, b.mul(b.exp(scale), x));
  b.output('sum', next);
  b.output('squared', b.square(next));
  return b.build();
}

const f32 = (...values: number[]) => Float32Array.from(values);

describe('evaluate', () => {
  it('gives outputs by name, and evaluateAll every node', () => {
    const program = accumulator();
    const feeds = { inputs: { scale: [0], sum: [1, 2], x: [3, 4] } };
    const outputs = evaluate(program, feeds);
    expect([...outputs.sum]).toEqual([4, 6]);
    expect([...outputs.squared]).toEqual([16, 36]);
    const all = evaluateAll(program, feeds);
    expect(all.length).toBe(program.nodes.length);
    expect([...all[program.outputs.squared]]).toEqual([16, 36]);
  });

  it('refuses missing, unknown and wrong inputs, naming them', () => {
    const program = accumulator();
    const run = (inputs: Record<string, number[]>) => () => evaluate(program, { inputs });
    expect(run({ scale: [0], sum: [1, 2] })).toThrow(coded('VARDROP_INPUT', '"x": got nothing, needs 2'));
    expect(run({ scale: [0], sum: [1, 2], x: [1, 2, 3] })).toThrow(coded('VARDROP_INPUT', '"x": got 3 values'));
    expect(run({ scale: [0], sum: [1, 2], x: [1, 2], y: [1] })).toThrow(coded('VARDROP_INPUT', '"y"'));
  });

  it('refuses a symbolic batch', () => {
    const b = createBuilder('symbolic');
    b.output('y', b.exp(b.input('x', ['batch'])));
    expect(() => evaluate(b.build(), { inputs: { x: [1] } })).toThrow(coded('VARDROP_SHAPE'));
  });
});

describe('the reference backend', () => {
  it('carries values over iterations and returns the others of each', async () => {
    const backend = createReferenceBackend();
    const executable = await backend.compile(boundProgram(accumulator()));
    const scale = backend.upload(f32(Math.log(2)), []);
    const sum = backend.upload(f32(0, 1), [2]);
    const x = [f32(1, 1), f32(2, 3)].map((data) => backend.upload(data, [2]));
    const factor = Math.exp(Math.fround(Math.log(2)));
    const { carried, outputs } = executable.run(
      { scale, sum },
      x.map((value) => ({ inputs: { x: value } })),
    );
    expect(Object.keys(carried)).toEqual(['sum']);
    expect(outputs.map((one) => Object.keys(one))).toEqual([['squared'], ['squared']]);
    const first = [factor, 1 + factor];
    const second = [first[0] + factor * 2, first[1] + factor * 3];
    expect([...(await backend.native(carried.sum)).values]).toEqual(second);
    expect([...(await backend.read(outputs[0].squared))]).toEqual(first.map((v) => Math.fround(v * v)));
    expect([...(await backend.read(outputs[1].squared))]).toEqual(second.map((v) => Math.fround(v * v)));
    // What was passed in is still there, unchanged.
    expect([...(await backend.read(sum))]).toEqual([0, 1]);
  });

  it('keeps float64 from run to run', async () => {
    const backend = createReferenceBackend();
    const executable = await backend.compile(boundProgram(accumulator()));
    const scale = backend.upload(f32(0), []);
    const x = backend.upload(f32(1, 2 ** -40), [2]);
    let sum = backend.upload(f32(2 ** -40, 1), [2]);
    for (let i = 0; i < 3; i++) sum = executable.run({ scale, sum }, [{ inputs: { x } }]).carried.sum;
    expect([...(await backend.native(sum)).values]).toEqual([3 + 2 ** -40, 1 + 3 * 2 ** -40]);
    expect([...(await backend.read(sum))]).toEqual([3, 1]);
  });

  it('returns the first carried values under new handles where there is no iteration', async () => {
    const backend = createReferenceBackend();
    const executable = await backend.compile(boundProgram(accumulator()));
    const scale = backend.upload(f32(0), []);
    const sum = backend.upload(f32(5, 6), [2]);
    const { carried, outputs } = executable.run({ scale, sum }, []);
    expect(outputs).toEqual([]);
    expect(carried.sum).not.toBe(sum);
    backend.dispose(sum);
    expect([...(await backend.read(carried.sum))]).toEqual([5, 6]);
  });

  it('evaluates what depends on shared inputs alone once a run, and noise once an iteration', async () => {
    let special = 0;
    let noises = 0;
    const backend = createReferenceBackend({
      functions: {
        ...exactFunctions,
        dawson: (x) => {
          special++;
          return x;
        },
      },
      noise: (...call) => {
        noises++;
        countingNoise(...call);
      },
    });
    const b = createBuilder('rates');
    const w = b.input('w', []);
    const z = b.noise('normal', 'layer', [2, 2]);
    b.output('y', b.add(b.special('dawson', w), z));
    const executable = await backend.compile(boundProgram(b.build()));
    const tensor = backend.upload(f32(0.5), []);
    const keys = (word: number, row?: number) => ({ keys: { layer: { words: [word, 0] as const, row } } });
    const { outputs } = executable.run({ w: tensor }, [keys(1), keys(2), keys(2, 3)]);
    expect(special).toBe(1);
    expect(noises).toBe(3);
    expect([...(await backend.read(outputs[0].y))]).toEqual([100.5, 101.5, 102.5, 103.5]);
    expect([...(await backend.read(outputs[2].y))]).toEqual([206.5, 207.5, 208.5, 209.5]);
    executable.run({ w: tensor }, [keys(1)]);
    expect(special).toBe(2);
  });

  it('gives every output a handle of its own, also where two outputs are one node or an input', async () => {
    const backend = createReferenceBackend();
    const b = createBuilder('same');
    const x = b.input('x', [2]);
    const y = b.reshape(x, [2, 1]);
    b.output('a', x);
    b.output('b', y);
    b.output('c', y);
    const executable = await backend.compile(boundProgram(b.build()));
    const tensor = backend.upload(f32(1, 2), [2]);
    const [{ a, b: second, c }] = executable.run({ x: tensor }, [{}]).outputs;
    expect(new Set([tensor, a, second, c]).size).toBe(4);
    expect(second.shape).toEqual([2, 1]);
    for (const handle of [tensor, a, second]) backend.dispose(handle);
    expect([...(await backend.read(c))]).toEqual([1, 2]);
    expect(backend.liveTensors()).toBe(1);
  });

  it('copies at upload, and takes tensors in and out', async () => {
    const backend = createReferenceBackend();
    const data = f32(1, 2);
    const tensor = backend.upload(data, [2]);
    data[0] = 9;
    expect([...(await backend.read(tensor))]).toEqual([1, 2]);
    const wrapped = backend.wrap({ shape: [1, 2], values: Float64Array.of(0.1, 0.2) });
    expect(wrapped.shape).toEqual([1, 2]);
    expect([...(await backend.native(wrapped)).values]).toEqual([0.1, 0.2]);
    expect([...(await backend.read(wrapped))]).toEqual([...f32(0.1, 0.2)]);
    expect(() => backend.upload(f32(1), [2])).toThrow(coded('VARDROP_INPUT'));
    expect(() => backend.wrap({ shape: [3], values: Float64Array.of(1) })).toThrow(coded('VARDROP_INPUT'));
  });

  it('counts live tensors, and refuses those that were disposed of', async () => {
    const backend = createReferenceBackend();
    const executable = await backend.compile(boundProgram(accumulator()));
    const tensor = backend.upload(f32(1), []);
    const sum = backend.upload(f32(1, 2), [2]);
    const x = backend.upload(f32(1, 2), [2]);
    const { carried, outputs } = executable.run({ scale: tensor, sum }, [{ inputs: { x } }]);
    expect(backend.liveTensors()).toBe(5);
    backend.dispose(tensor);
    expect(backend.liveTensors()).toBe(4);
    expect(() => backend.dispose(tensor)).toThrow(coded('VARDROP_DISPOSED'));
    await expect(backend.read(tensor)).rejects.toThrow(coded('VARDROP_DISPOSED'));
    await expect(backend.native(tensor)).rejects.toThrow(coded('VARDROP_DISPOSED'));
    expect(() => executable.run({ scale: tensor, sum }, [])).toThrow(coded('VARDROP_DISPOSED', '"scale"'));
    executable.dispose();
    expect(() => executable.run({ scale: sum, sum }, [])).toThrow(coded('VARDROP_DISPOSED', 'accumulator'));
    expect([...(await backend.read(carried.sum))].length).toBe(2);
    for (const handle of [sum, x, carried.sum, outputs[0].squared]) backend.dispose(handle);
    expect(backend.liveTensors()).toBe(0);
    const foreign = createReferenceBackend().upload(f32(1), []);
    await expect(backend.read(foreign)).rejects.toThrow(coded('VARDROP_INPUT'));
    await backend.close();
    expect(() => backend.upload(f32(1), [])).toThrow(coded('VARDROP_DISPOSED'));
  });

  it('refuses inputs and keys that are missing, unknown or of the wrong shape, and leaks nothing', async () => {
    const backend = createReferenceBackend({ noise: countingNoise });
    const b = createBuilder('strict');
    const x = b.input('x', [2], 'iteration');
    b.output('y', b.add(b.mul(x, b.input('w', [2])), b.noise('uniform', 'k', [2])));
    const executable = await backend.compile(boundProgram(b.build()));
    const good = backend.upload(f32(1, 2), [2]);
    const bad = backend.upload(f32(1, 2), [1, 2]);
    const keys = { k: { words: [1, 2] as const } };
    const run =
      (...call: Parameters<typeof executable.run>) =>
      () =>
        executable.run(...call);
    expect(run({}, [])).toThrow(coded('VARDROP_INPUT', '"w": got nothing, needs a tensor [2]'));
    expect(run({ w: bad }, [])).toThrow(coded('VARDROP_INPUT', '"w": got [1, 2], needs [2]'));
    expect(run({ w: good, x: good }, [])).toThrow(coded('VARDROP_INPUT', '"x"'));
    expect(run({ w: good }, [{ keys }])).toThrow(coded('VARDROP_INPUT', '"x": got nothing'));
    expect(run({ w: good }, [{ keys, inputs: { x: bad } }])).toThrow(coded('VARDROP_INPUT', '"x": got [1, 2]'));
    expect(run({ w: good }, [{ keys, inputs: { x: good, z: good } }])).toThrow(coded('VARDROP_INPUT', '"z"'));
    expect(run({ w: good }, [{ inputs: { x: good } }])).toThrow(coded('VARDROP_INPUT', 'key "k"'));
    const extra = { ...keys, other: { words: [1, 2] as const } };
    expect(run({ w: good }, [{ inputs: { x: good }, keys: extra }])).toThrow(coded('VARDROP_INPUT', 'key "other"'));
    expect(backend.liveTensors()).toBe(2);
  });

  it('refuses a carried input without its output, and a symbolic batch', async () => {
    const backend = createReferenceBackend();
    const b = createBuilder('lost');
    b.output('y', b.exp(b.input('state', [1], 'carried')));
    await expect(backend.compile(boundProgram(b.build()))).rejects.toThrow(coded('VARDROP_PROGRAM', '"state"'));
    const symbolic = createBuilder('symbolic');
    symbolic.output('y', symbolic.exp(symbolic.input('x', ['batch'])));
    // As from JavaScript, which has no types.
    await expect(backend.compile(symbolic.build() as BoundProgram)).rejects.toThrow(coded('VARDROP_SHAPE'));
  });
});
