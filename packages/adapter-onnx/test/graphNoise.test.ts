import { readFileSync } from 'node:fs';
import { noiseKeys } from '@vardrop/core/extend';
import { createBuilder } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { describe, expect, it } from 'vitest';
import { createModel } from '../src/emit/createModel.js';
import { opsets } from '../src/export/emitModel.js';
import { exportProgram, type Opset } from '../src/index.js';
import { createGraph, type GraphBuilder } from '../src/model/graph.js';
import { encodeModel } from '../src/model/schema.js';
import { bitwiseXor } from '../src/noise/bitwiseXor.js';
import { normalFromBits } from '../src/noise/normal.js';
import { foldIn, keyOfSeed, threefry } from '../src/noise/threefry.js';
import { devices, openModel } from './runtimes.js';

interface Vectors {
  readonly threefry2x32: readonly { readonly key: string[]; readonly counter: string[]; readonly output: string[] }[];
  readonly foldIn: readonly { readonly seed: number; readonly data: number; readonly key: readonly number[] }[];
  readonly vectors: readonly {
    readonly seed: number;
    readonly offset: number;
    readonly bits: readonly number[];
    readonly uniform: readonly number[];
    readonly normal: readonly number[];
  }[];
}

/** What Random123 and JAX give. */
const published: Vectors = JSON.parse(readFileSync(new URL('../fixtures/jax_random.json', import.meta.url), 'utf8'));

const hexadecimal = (words: readonly string[]) => Uint32Array.from(words, (word) => Number.parseInt(word, 16));
const words = (data: Uint32Array) => ({ shape: [data.length], data });
const encode = (graph: GraphBuilder) => encodeModel(createModel('test', graph));
const pick = (graph: GraphBuilder, value: string, at: number) =>
  graph.node('Gather', [value, graph.integers([at])], 'pick', { axis: 0 });

/** 2^(floor(log₂|y|) − 23). */
const ulp = (y: number) => 2 ** (Math.floor(Math.log2(Math.abs(y))) - 23);

/** Noise of `rows` rows of `units` numbers, as an exported program makes it. */
async function make(
  device: (typeof devices)[number],
  distribution: 'uniform' | 'normal',
  given: { key: readonly [number, number]; row: number; rows: number; units?: number; opset?: Opset },
): Promise<Float32Array> {
  const { key, row, rows, units = 1, opset } = given;
  const b = createBuilder('noise');
  const x = b.input('x', ['batch', units]);
  b.output('y', b.add(x, b.noise(distribution, 'z', ['batch', units])));
  const model = await openModel(device, exportProgram(b.build(), { opset }));
  const zeros = { shape: [rows, units], data: new Float32Array(rows * units) };
  const { y } = await model.run({ x: zeros, row, 'key/z': words(Uint32Array.from(key)) });
  await model.release();
  return y;
}

describe.each(devices)('noise in the graph on %s', (device) => {
  it.each(opsets)('enciphers as Random123 does, opset %i', async (opset) => {
    const graph = createGraph(opset);
    const key = graph.input('key', [2], 'uint32');
    const counter = graph.input('counter', [2], 'uint32');
    const half = (value: string) => ({ first: pick(graph, value, 0), second: pick(graph, value, 1) });
    const block = threefry(graph, half(key), half(counter), 'block');
    graph.output(graph.node('Concat', [block.first, block.second], 'y', { axis: 0 }), [2], 'uint32');
    const model = await openModel(device, encode(graph));
    for (const vector of published.threefry2x32) {
      const { y } = await model.run({
        key: words(hexadecimal(vector.key)),
        counter: words(hexadecimal(vector.counter)),
      });
      expect([...y]).toEqual([...hexadecimal(vector.output)]);
    }
  });

  it('folds numbers into the keys of seeds as JAX does', async () => {
    const graph = createGraph(18);
    const seed = graph.input('seed', [], 'int64');
    const data = graph.input('data', [1], 'uint32');
    const child = foldIn(graph, keyOfSeed(graph, seed, 'seed'), data, 'child');
    graph.output(graph.node('Concat', [child.first, child.second], 'y', { axis: 0 }), [2], 'uint32');
    const model = await openModel(device, encode(graph));
    for (const { seed: of, data: number, key } of published.foldIn) {
      const { y } = await model.run({ seed: of, data: words(Uint32Array.of(number)) });
      expect([...y]).toEqual(key);
    }
    const { y } = await model.run({ seed: 2 ** 53 - 1, data: words(Uint32Array.of(5)) });
    expect([...y]).toEqual(random.foldIn(random.key(2 ** 53 - 1), 5));
  });

  it.each(opsets)('makes the bits, uniforms and normals of JAX, past index 2³² too, opset %i', async (opset) => {
    for (const { seed, offset, bits, uniform, normal } of published.vectors) {
      const given = { key: random.key(seed), row: offset, rows: bits.length, opset };
      const made = await make(device, 'uniform', given);
      expect([...made]).toEqual(uniform);
      // The uniforms hold the upper 23 bits.
      expect([...made].map((u) => u * 2 ** 23)).toEqual(bits.map((word) => word >>> 9));
      (await make(device, 'normal', given)).forEach((z, i) => {
        expect(Math.abs(z - normal[i])).toBeLessThanOrEqual(4 * ulp(normal[i]));
      });
    }
  });

  it('makes normals bit for bit those of the library', async () => {
    const rows = 2 ** 19;
    const key = random.key(11);
    const made = await make(device, 'normal', { key, row: 3, rows, units: 2 });
    const expected = random.normal(key, 2 * rows, 6);
    expect(made.length).toBe(2 * rows);
    expect(made.filter((z, i) => !Object.is(z, expected[i]))).toHaveLength(0);
  });

  // Where the stream of seed 0 has words whose upper 23 bits are 0, 1, 2, all ones but one, and all ones.
  it.each([4276093, 11263282, 9262691, 3072213, 1446823])('makes extreme normals, element %i', async (row) => {
    const key = random.key(0);
    expect([...(await make(device, 'normal', { key, row, rows: 1 }))]).toEqual([...random.normal(key, 1, row)]);
  });

  it('makes the keys of a step as the library does', async () => {
    const b = createBuilder('two draws');
    const x = b.input('x', ['batch', 3]);
    const shared = b.noise('normal', 'shared', [3]);
    b.output('y', b.add(b.add(x, b.noise('uniform', 'rows', ['batch', 3])), shared));
    const model = await openModel(device, exportProgram(b.build(), { keys: 'training' }));
    expect([...model.names].sort()).toEqual(['row', 'seed', 'step', 'x']);
    const { y } = await model.run({
      x: { shape: [2, 3], data: new Float32Array(6) },
      seed: 2 ** 33 + 1,
      step: 70_000,
      row: 5,
    });
    const keys = noiseKeys(['shared', 'rows'], 2 ** 33 + 1, 'training', 70_000, 5);
    const rows = random.uniform(keys.rows.words, 6, 15);
    const three = random.normal(keys.shared.words, 3);
    expect([...y]).toEqual([...rows.map((u, i) => Math.fround(u + three[i % 3]))]);
  });
});

describe('exclusive or without an operator for it', () => {
  it.each(devices)('gives what the operator gives on %s', async (device) => {
    const count = 1000;
    const [a, c] = [1, 2].map((seed) => {
      const data = new Uint32Array(count);
      random.hostGenerator().bits(random.key(seed), data);
      return data;
    });
    const graph = createGraph(17);
    const inputs = ['a', 'c'].map((name) => graph.input(name, [count], 'uint32'));
    graph.output(bitwiseXor(graph, inputs[0], inputs[1], 'y'), [count], 'uint32');
    const model = await openModel(device, encode(graph));
    const [result] = Object.values(await model.run({ a: words(a), c: words(c) }));
    expect([...result]).toEqual([...a.map((word, i) => word ^ c[i])]);
  });

  it('has normal numbers of every word finite at both ends', async () => {
    const graph = createGraph(18);
    graph.output(normalFromBits(graph, graph.input('bits', [3], 'uint32'), 'y'), [3]);
    const model = await openModel('native', encode(graph));
    const [ends] = Object.values(await model.run({ bits: words(Uint32Array.of(0, 0x80000000, 0xffffffff)) }));
    // √2 erfinv(−1 + 2⁻²⁴), the middle, and √2 erfinv(1 − 3 · 2⁻²⁴), to the digits given.
    expect(ends[0]).toBeCloseTo(-5.4199, 3);
    expect(Math.abs(ends[1])).toBeLessThan(2 ** -23);
    expect(ends[2]).toBeCloseTo(5.2201, 3);
  });
});
