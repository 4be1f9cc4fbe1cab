import { readFileSync } from 'node:fs';
import {
  bernoulli,
  bind,
  categorical,
  conv2d,
  createBuilder,
  createReferenceBackend,
  dense,
  evaluate,
  flatten,
  gaussianLikelihood,
  initialState,
  type Likelihood,
  type Model,
  maxPooling2d,
  momentsProgram,
  predict,
  random,
  sequential,
  sgd,
  sparseVariational,
  type TensorMap,
  trainingProgram,
} from '@vardrop/core';
import * as native from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../src/exportOnnx.js';
import { exportProgram } from '../src/exportProgram.js';
import { decodeModel } from '../src/model/schema.js';
import { namingFaults } from './graphChecks.js';

const runtimes = { 'onnxruntime-web': web, 'onnxruntime-node': native as unknown as typeof web };
type Feed = readonly [type: 'float32' | 'int64' | 'uint32', values: number[] | Float32Array, dims: number[]];

/** A stream's numbers as JAX makes them. */
interface Vector {
  readonly seed: number;
  readonly offset: number;
  readonly uniform: readonly number[];
  readonly normal: readonly number[];
}

/** Runs a file once, giving its outputs' values by name. */
async function runFile(ort: typeof web, bytes: Uint8Array, feeds: Readonly<Record<string, Feed>>) {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const tensors = Object.entries(feeds).map(([name, [type, values, dims]]) => {
    const data =
      type === 'int64'
        ? BigInt64Array.from(values, BigInt)
        : type === 'uint32'
          ? Uint32Array.from(values)
          : Float32Array.from(values);
    return [name, new ort.Tensor(type as 'float32', data as Float32Array, dims)] as const;
  });
  const fetched = await session.run(Object.fromEntries(tensors));
  await session.release();
  return Object.fromEntries(Object.entries(fetched).map(([name, { data }]) => [name, data as Float32Array]));
}

const [inputs, hidden, outputs] = [20, 30, 5];
const network = (noise: ReturnType<typeof sparseVariational> | ReturnType<typeof bernoulli>) =>
  sequential({
    input: [inputs],
    layers: [dense({ units: hidden, activation: 'relu' }), dense({ units: outputs })],
    noise,
  });

/** Initial weights, and variances of e⁻³ where they are learned. */
function parametersOf(model: Model, likelihood: Likelihood): TensorMap {
  const { parameters } = initialState(model, likelihood, sgd(), 3);
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [
      name,
      name.endsWith('logVariance') ? { ...tensor, data: tensor.data.map(() => -3) } : tensor,
    ]),
  );
}

const rows = 7;
const x = random.normal(random.key(1), rows * inputs);

/**
 * How far the network's outputs may be off in float32: `K u Σ|a||b|` for a contraction of length K (Higham 2002, §3.1), and
 * 8 roundings a layer besides; over both layers, for the largest size that |x| (|θ| + 6σ) can take: noise is within ±6, and
 * bernoulli's factors are below 6.
 */
function outputError(parameters: TensorMap): number {
  const sizes = (layer: string) => {
    const deviation = parameters[`${layer}/logVariance`]?.data.map((value) => Math.exp(value / 2));
    return Float64Array.from(
      parameters[`${layer}/weights`].data,
      (w, i) => Math.abs(w) + 6 * (deviation?.[i] ?? Math.abs(w)),
    );
  };
  const largest = (weights: Float64Array, columns: number, values: Float64Array) =>
    Float64Array.from({ length: columns }, (_, j) =>
      values.reduce((sum, v, i) => sum + v * weights[i * columns + j], 0),
    );
  let worst = 0;
  for (let row = 0; row < rows; row++) {
    const first = largest(
      sizes('dense1'),
      hidden,
      Float64Array.from(x.slice(row * inputs, (row + 1) * inputs), Math.abs),
    );
    worst = Math.max(worst, ...largest(sizes('dense2'), outputs, first));
  }
  return (inputs + hidden + 16) * 2 ** -24 * worst;
}

function expectNear(actual: ArrayLike<number>, wanted: ArrayLike<number>, bound: number): void {
  expect(actual.length).toBe(wanted.length);
  const off = Array.from(actual, (value, i) => Math.abs(value - wanted[i]));
  expect(Math.max(...off)).toBeLessThanOrEqual(bound);
}

describe.each(Object.entries(runtimes))('exported networks in %s', (_, ort) => {
  const seed = 2 ** 40 + 5;
  const samples = 6;
  const feeds = (first: number, end: number): Record<string, Feed> => ({
    x: ['float32', x.slice(first * inputs, end * inputs), [end - first, inputs]],
    seed: ['int64', [seed], []],
    samples: ['int64', [samples], []],
    row: ['int64', [first], []],
  });

  it.each([
    ['weights', network(sparseVariational())],
    ['inputs', network(bernoulli({ rate: 0.3 }))],
  ])('predict by samples what core predicts, for any cut of the data: noise on %s', async (_, model) => {
    const likelihood = categorical();
    const parameters = parametersOf(model, likelihood);
    const bytes = exportOnnx(model, parameters, { kind: 'sample' });
    expect(namingFaults(decodeModel(bytes))).toEqual([]);
    const backend = createReferenceBackend();
    const wanted = await predict(model, { backend, likelihood, parameters, inputs: x, samples, seed });
    if (wanted.kind !== 'classification') throw new Error('a regression');
    // A probability moves by twice what a logit moves, relative to itself; p log p by that times 1 + |log p|.
    const bound = 2 * outputError(parameters) + 2 ** -20;
    const entropyBound = bound * (1 + Math.log(outputs));
    const whole = await runFile(ort, bytes, feeds(0, rows));
    const part = await runFile(ort, bytes, feeds(3, rows));
    expectNear(whole.mean, wanted.probabilities, bound);
    expectNear(whole.entropy, wanted.entropy, entropyBound);
    expectNear(whole.mutualInformation, wanted.mutualInformation, 2 * entropyBound);
    expect(Math.max(...whole.mutualInformation)).toBeGreaterThan(10 * entropyBound);
    expectNear(part.mean, wanted.probabilities.slice(3 * outputs), bound);
    expectNear(part.mutualInformation, wanted.mutualInformation.slice(3), 2 * entropyBound);
  });

  it('predict values by samples', async () => {
    const model = network(sparseVariational());
    const likelihood = gaussianLikelihood();
    const parameters = parametersOf(model, likelihood);
    const wanted = await predict(model, {
      backend: createReferenceBackend(),
      likelihood,
      parameters,
      inputs: x,
      samples,
      seed,
    });
    if (wanted.kind !== 'regression') throw new Error('a classification');
    const got = await runFile(ort, exportOnnx(model, parameters, { kind: 'sample', likelihood }), feeds(0, rows));
    const bound = outputError(parameters);
    expectNear(got.mean, wanted.mean, bound);
    // Deviations are off by twice that, their squares by that times twice the largest deviation.
    const largest = Math.sqrt((samples - 1) * Math.max(...wanted.epistemicVariance));
    expectNear(got.epistemicVariance, wanted.epistemicVariance, 4 * bound * (largest + bound));
    expectNear(got.aleatoricVariance, wanted.aleatoricVariance, 2 ** -22 * Math.max(...wanted.aleatoricVariance));
  });

  it('predict with the means, and give moments', async () => {
    const model = network(sparseVariational());
    const likelihood = categorical();
    const parameters = parametersOf(model, likelihood);
    const wanted = await predict(model, {
      backend: createReferenceBackend(),
      likelihood,
      parameters,
      inputs: x,
      mode: 'mean',
    });
    if (wanted.kind !== 'classification') throw new Error('a regression');
    const bound = outputError(parameters);
    const mean = exportOnnx(model, parameters, { kind: 'mean' });
    expect(namingFaults(decodeModel(mean))).toEqual([]);
    const feed = { x: feeds(0, rows).x };
    expectNear((await runFile(ort, mean, feed)).probabilities, wanted.probabilities, 2 * bound + 2 ** -20);
    const moments = await runFile(ort, exportOnnx(model, parameters, { kind: 'moments' }), feed);
    const values = Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data]));
    const exact = evaluate(bind(momentsProgram(model), rows), { inputs: { x, ...values } });
    expectNear(moments.mean, exact.mean, bound);
    // Of positive terms, made of hidden units that are off by the first layer's part of the bound.
    expect(Math.max(...moments.variance)).toBeGreaterThan(0.1);
    expectNear(moments.variance, exact.variance, bound * (1 + Math.max(...exact.variance)));
  });

  it('make the noise of jax.random in the graph', async () => {
    const path = new URL('../../core/fixtures/jax_random.json', import.meta.url);
    const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { vectors: readonly Vector[] };
    expect(vectors.length).toBeGreaterThan(3);
    for (const { seed, offset, uniform, normal } of vectors) {
      // One number a row, so that the row is the index.
      const b = createBuilder('noise');
      const like = b.mul(b.input('like', ['batch', 1]), 0);
      b.output('uniform', b.add(like, b.noise('uniform', 'uniform', ['batch', 1])));
      b.output('normal', b.add(like, b.noise('normal', 'normal', ['batch', 1])));
      const words = [...random.key(seed)];
      const made = await runFile(ort, exportProgram(b.build()), {
        like: ['float32', new Float32Array(uniform.length), [uniform.length, 1]],
        'key:uniform': ['uint32', words, [2]],
        'key:normal': ['uint32', words, [2]],
        row: ['int64', [offset], []],
      });
      expect([...made.uniform]).toEqual(uniform.map(Math.fround));
      normal.forEach((value, i) => {
        // Four units in the last place.
        expect(Math.abs(made.normal[i] - value)).toBeLessThanOrEqual(4 * 2 ** -23 * Math.abs(value));
      });
    }
  });

  it('train: a step of a convolutional network, exported and compiled, is the same', async () => {
    const model = sequential({
      input: [8, 8, 2],
      layers: [
        conv2d({ filters: 4, size: 3, activation: 'relu' }),
        maxPooling2d({ size: 2 }),
        flatten(),
        dense({ units: 5 }),
      ],
      noise: sparseVariational(),
    });
    const likelihood = categorical();
    const program = trainingProgram(model, likelihood, sgd());
    const bytes = exportProgram(program);
    expect(namingFaults(decodeModel(bytes))).toEqual([]);
    const parameters = parametersOf(model, likelihood);
    const keys = Object.fromEntries(
      program.nodes.flatMap((node) => (node.op === 'noise' ? [[node.key, [1, 2, 3]]] : [])),
    );
    expect(Object.keys(keys).length).toBe(2);
    const given: Record<string, Feed> = { row: ['int64', [0], []] };
    const inputs: Record<string, Float32Array> = {};
    const images = random.normal(random.key(4), 3 * 128);
    for (const name of Object.keys(keys)) given[`key:${name}`] = ['uint32', [11, 12], [2]];
    for (const node of program.nodes) {
      if (node.op !== 'input') continue;
      const dims = node.shape.map((n) => (n === 'batch' ? 3 : n));
      const count = dims.reduce((a, b) => a * b, 1);
      const labels = Float32Array.from({ length: count }, (_, i) => Number(i % 5 === Math.floor(i / 5)));
      const values =
        node.name === 'x'
          ? images
          : node.name === 'y'
            ? labels
            : (parameters[node.name]?.data ?? new Float32Array(count).fill(0.01));
      given[node.name] = ['float32', values, dims];
      inputs[node.name] = values;
    }
    const names = new Set(decodeModel(bytes).graph.input.map(({ name }) => name));
    const used = Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)));
    const got = await runFile(ort, bytes, used);
    const wanted = evaluate(bind(program, 3), {
      inputs,
      keys: Object.fromEntries(Object.keys(keys).map((name) => [name, { words: [11, 12] as const }])),
    });
    for (const [name, exact] of Object.entries(wanted)) {
      const made = got[`${name}/next`] ?? got[name];
      const size = Math.max(...exact.map(Math.abs));
      // Contractions of 18 and 36 terms forward, 108 (3 images of 6 × 6 cells) at most backward, and a few dozen roundings
      // besides, of terms that cancel by no more than a factor of 8.
      expectNear(made, exact, 8 * 200 * 2 ** -24 * size);
    }
  });
});

it('refuses parameters that are not those of the model', () => {
  const model = network(sparseVariational());
  const parameters = parametersOf(model, categorical());
  const without = Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'dense2/bias'));
  const code = (given: TensorMap) => {
    try {
      exportOnnx(model, given, { kind: 'mean' });
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return 'nothing thrown';
  };
  expect(code(without)).toBe('VARDROP_STATE');
  expect(code({ ...parameters, 'dense1/weights': { shape: [30, 20], data: new Float32Array(600) } })).toBe(
    'VARDROP_STATE',
  );
});
