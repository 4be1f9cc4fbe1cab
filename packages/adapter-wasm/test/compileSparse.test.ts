import {
  activation,
  adam,
  binary,
  categorical,
  createNetwork,
  dense,
  ensemble,
  flatten,
  gaussian,
  initialState,
  type Likelihood,
  type Model,
  type Network,
  poisson,
  sequential,
  sparseVariational,
  structuredBayesianPruning,
} from '@vardrop/core';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSparse } from '../src/index.js';

const backend = createReferenceBackend();

/** A network of which a share of the weights is left, with biases that are not 0. */
function networkOf(model: Model, kept: number, seed: number): Network {
  const { parameters } = initialState(model, adam(), seed);
  const changed = Object.entries(parameters).map(([name, { shape, data }], i) => {
    const key = random.foldIn(random.key(seed), i);
    const drawn = random.normal(key, data.length);
    if (name.endsWith('/bias')) return [name, { shape, data: drawn }];
    if (!name.endsWith('/weights')) return [name, { shape, data: data.map((value, at) => value + 0.2 * drawn[at]) }];
    const left = random.bernoulli(key, kept, data.length);
    return [name, { shape, data: data.map((value, at) => (left[at] ? value : 0)) }];
  });
  return createNetwork(model, { backend, parameters: Object.fromEntries(changed) });
}

async function expectSame(network: Network, predict: (row: Float32Array) => Float32Array, rows: Float32Array) {
  const width = network.model.inputShape.reduce((product, n) => product * n, 1);
  const wanted = await network.predict(rows, { mode: 'mean' });
  const values = (
    'probabilities' in wanted ? wanted.probabilities : (wanted as { mean: Float32Array }).mean
  ) as Float32Array;
  const count = rows.length / width;
  for (let row = 0; row < count; row++) {
    const found = predict(rows.subarray(row * width, (row + 1) * width));
    expect(found).toHaveLength(values.length / count);
    found.forEach((value, i) => {
      const expected = values[(row * values.length) / count + i];
      expect(Math.abs(value - expected)).toBeLessThan(2e-5 * (1 + Math.abs(expected)));
    });
  }
}

const likelihoods: readonly (() => Likelihood)[] = [
  () => categorical(),
  () => categorical({ temperature: 1.7 }),
  () => binary(),
  () => gaussian(),
];

describe('compileSparse', () => {
  it('predicts as the network does, and so does its source', async () => {
    const cases = fc.record({
      sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 5 }),
      kind: fc.constantFrom('relu', 'leakyRelu', 'linear' as const),
      kept: fc.constantFrom(0, 0.05, 0.4, 1),
      likelihood: fc.constantFrom(...likelihoods),
      noise: fc.constantFrom(sparseVariational(), structuredBayesianPruning()),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ sizes, kind, kept, likelihood, noise, seed }) => {
        const [inputs, ...units] = sizes;
        const layers = units.map((count, i) =>
          dense({
            units: i === units.length - 1 ? count + 1 : count,
            activation: i === units.length - 1 ? 'linear' : kind,
            bias: (seed + i) % 3 > 0,
          }),
        );
        const network = networkOf(sequential({ input: [inputs], noise, layers, likelihood: likelihood() }), kept, seed);
        const compiled = await compileSparse(network);
        const rows = random.normal(random.key(seed + 1), 3 * inputs);
        await expectSame(network, compiled.predict, rows);
        const url = `data:text/javascript;base64,${Buffer.from(compiled.source).toString('base64')}`;
        const { predict } = (await import(url)) as { predict: typeof compiled.predict };
        await expectSame(network, predict, rows);
        expect(() => predict(new Float32Array(inputs + 1))).toThrow(RangeError);
      }),
      { numRuns: 30 },
    );
  });

  it('takes images in a row, and activations that are layers', async () => {
    const model = sequential({
      input: [4, 3, 2],
      layers: [flatten(), dense({ units: 9 }), activation('relu'), dense({ units: 3 })],
    });
    const network = networkOf(model, 0.5, 3);
    const { predict } = await compileSparse(network);
    await expectSame(network, predict, random.normal(random.key(9), 48));
    expect(predict([...random.normal(random.key(9), 24)])).not.toBe(predict(random.normal(random.key(9), 24)));
  });

  it('takes six bytes for a weight that is left', async () => {
    const layers = [
      dense({ units: 300, activation: 'relu' }),
      dense({ units: 100, activation: 'relu' }),
      dense({ units: 10 }),
    ];
    const network = networkOf(sequential({ input: [784], layers }), 1 / 160, 5);
    const left = Object.entries(network.parameters).reduce(
      (sum, [name, { data }]) => sum + (name.endsWith('/weights') ? data.filter((value) => value !== 0).length : 0),
      0,
    );
    const { bytes, source, predict } = await compileSparse(network);
    expect(bytes.length).toBeLessThan(6 * left + 6 * 410 + 400);
    expect(source.length).toBeLessThan(1.34 * bytes.length + 900);
    await expectSame(network, predict, random.uniform(random.key(6), 3 * 784));
  });

  it('refuses what it cannot compile, by the layer', async () => {
    const code = (network: unknown) =>
      compileSparse(network as Network).then(
        () => undefined,
        (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
      );
    const of = (model: Model) => networkOf(model, 1, 1);
    const tanh = of(sequential({ input: [3], layers: [dense({ units: 2, activation: 'tanh' })] }));
    expect(await code(tanh)).toMatch(/^VARDROP_SPARSE \[compileSparse\] dense1: got activation 'tanh'/);
    const rows = of(sequential({ input: [3, 2], layers: [dense({ units: 2 }), flatten()] }));
    expect(await code(rows)).toContain('VARDROP_SPARSE');
    const two = of(
      sequential({ input: [3], layers: [dense({ units: 2 })], likelihood: gaussian({ variance: 'output' }) }),
    );
    expect(await code(two)).toContain('2 outputs for 1 targets');
    const counts = of(sequential({ input: [3], layers: [dense({ units: 2 })], likelihood: poisson() }));
    expect(await code(counts)).toContain("the likelihood 'poisson'");
    const members = [1, 2].map((seed) => networkOf(sequential({ input: [3], layers: [dense({ units: 2 })] }), 1, seed));
    expect(await code(ensemble(members))).toContain("a posterior of kind 'ensemble'");
    expect(await code(of(sequential({ input: [3, 1], layers: [flatten()] })))).toContain('no layer with weights');
    for (const none of [undefined, null, 3, {}]) expect(await code(none)).toContain('VARDROP_SPARSE');
    const { predict } = await compileSparse(members[0]);
    for (const wrong of [[1, 2], undefined, null])
      expect(() => predict(wrong as number[])).toThrow(expect.objectContaining({ code: 'VARDROP_INPUT' }));
  });
});
