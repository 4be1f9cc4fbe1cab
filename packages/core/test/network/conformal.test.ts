import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classScores, conformalLimit } from '../../src/calibration/index.js';
import {
  binary,
  conformal,
  createNetwork,
  dense,
  deserializeNetwork,
  fit,
  fitPreprocessing,
  gaussian,
  type Network,
  sequential,
  tableFromRows,
} from '../../src/index.js';
import { key, normal } from '../../src/random/index.js';
import { blobs } from '../training/helpers.js';
import { backend, bits, untrained, withMetadata } from './helpers.js';

/** Numbers in (0, 1) of a small generator. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

describe('the limit of scores', () => {
  it.each([
    [19, 0.9],
    [60, 0.8],
    [99, 0.95],
  ])('of %i rows covers %d of new ones, as its Beta distribution says', (count, coverage) => {
    const random = createRandom(count);
    const trials = 1000;
    const fresh = 50;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const limit = conformalLimit(Array.from({ length: count }, random), coverage);
      for (let i = 0; i < fresh; i++) if (random() <= limit) covered++;
    }
    // Covered rows of a trial are beta-binomial with parameters k and n + 1 − k.
    const k = Math.ceil((count + 1) * coverage - 1e-9);
    const [a, b] = [k, count + 1 - k];
    const mean = a / (a + b);
    const variance = (fresh * a * b * (a + b + fresh)) / ((a + b) ** 2 * (a + b + 1));
    expect(Math.abs(covered / (trials * fresh) - mean)).toBeLessThan((4 * Math.sqrt(variance / trials)) / fresh);
    expect(mean).toBeGreaterThanOrEqual(coverage);
    // One rank lower would be found.
    expect((k - 1) / (count + 1)).toBeLessThan(coverage);
    expect(1 / (count + 1)).toBeGreaterThan((4 * Math.sqrt(variance / trials)) / fresh);
  });

  it('covers at least as much where scores are tied', () => {
    const random = createRandom(5);
    const tied = () => Math.floor(4 * random());
    let covered = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const limit = conformalLimit(Array.from({ length: 30 }, tied), 0.7);
      for (let i = 0; i < 20; i++) if (tied() <= limit) covered++;
    }
    expect(covered / 20_000).toBeGreaterThan(0.7);
  });

  it('says how many rows are needed', () => {
    expect(() => conformalLimit(new Float64Array(8), 0.9)).toThrow('at least 9');
    expect(
      conformalLimit(
        Float64Array.from({ length: 9 }, (_, i) => i),
        0.9,
      ),
    ).toBe(8);
    expect(() => conformalLimit([], 0.5)).toThrow(expect.objectContaining({ code: 'VARDROP_CONFORMAL' }));
  });
});

describe('scores of classes', () => {
  it('are those of their definitions', () => {
    const p = [0.125, 0.5, 0.25, 0.125];
    expect([...classScores(p, { score: 'threshold' })]).toEqual([0.875, 0.5, 0.75, 0.875]);
    expect([...classScores(p, { score: 'aps' })]).toEqual([0.875, 0.5, 0.75, 1]);
    expect([...classScores(p, { score: 'raps', penalty: 0.5, rank: 2 })]).toEqual([1.375, 0.5, 0.75, 2]);
  });
});

const model = sequential({ input: [2], layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: 3 })] });
const inputs = [...normal(key(3), 400)];
const labels = Array.from({ length: 200 }, (_, i) => (inputs[2 * i] > 0.4 ? 2 : inputs[2 * i + 1] > 0 ? 1 : 0));
const numbers = sequential({
  input: [2],
  layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 2 })],
  likelihood: gaussian(),
});
const values = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : 30) * Math.sin(inputs[i]));

describe('conformal', () => {
  it('gives sets that hold as many of the labels as they have to', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('threshold', 'aps', 'raps'),
        fc.boolean(),
        fc.integer({ min: 50, max: 90 }),
        async (score, byClass, percent) => {
          const coverage = percent / 100;
          const data = { inputs, targets: labels };
          const network = await conformal(untrained(model), { data, coverage, score, byClass } as never);
          const prediction = await network.predict(inputs);
          if (prediction.kind !== 'classification' || !prediction.sets) return expect.unreachable();
          const { members, sizes } = prediction.sets;
          const held = labels.filter((label, row) => members[3 * row + label] === 1).length;
          expect(held / 200).toBeGreaterThanOrEqual(coverage);
          sizes.forEach((size, row) => {
            expect(size).toBe(members.subarray(3 * row, 3 * row + 3).reduce((sum, one) => sum + one, 0));
            expect(members[3 * row + prediction.labels[row]]).toBe(1);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each(['absolute', 'scaled', 'quantile'] as const)('gives %s intervals for each column', async (score) => {
    const network = await conformal(untrained(numbers), { data: { inputs, targets: values }, coverage: 0.8, score });
    const prediction = await network.predict(inputs);
    if (prediction.kind !== 'regression' || !prediction.interval) return expect.unreachable();
    const { lower, upper, coverage } = prediction.interval;
    expect(coverage).toBe(0.8);
    for (const column of [0, 1]) {
      const rows = values.flatMap((y, i) => (i % 2 === column ? [y >= lower[i] && y <= upper[i]] : []));
      // The 161st of 200 scores; no two are equal. Rounding decides on which side of the bound that row itself is.
      expect([160, 161]).toContain(rows.filter(Boolean).length);
    }
    expect(upper[1] - lower[1]).toBeGreaterThan(5 * (upper[0] - lower[0]));
  });

  it('has intervals in the units of columns', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ a: i, price: 1000 + 50 * i + 30 * Math.sin(i * i) }));
    const table = tableFromRows(rows);
    const preprocessing = fitPreprocessing(table, { targets: 'price' });
    const line = sequential({ input: [1], layers: [dense({ units: 1 })], likelihood: gaussian() });
    const { network } = await fit(line, { backend, data: table, preprocessing, epochs: 30, batch: 10 });
    const sure = await conformal(network, {
      data: table,
      coverage: 0.9,
      score: 'absolute',
      onWarning: () => undefined,
    });
    const prediction = await sure.predict(table);
    if (prediction.kind !== 'regression' || !prediction.interval) return expect.unreachable();
    const { lower, upper } = prediction.interval;
    const held = rows.filter(({ price }, i) => price >= lower[i] && price <= upper[i]).length;
    expect([36, 37]).toContain(held);
    expect(lower[0]).toBeGreaterThan(-4000);
  });

  it('is kept in the file, and damage is refused', async () => {
    const network = await conformal(untrained(model), { data: { inputs, targets: labels }, byClass: true });
    const bytes = network.toBytes();
    const again = deserializeNetwork(bytes, { backend });
    expect(again.calibration).toEqual(network.calibration);
    expect(bits(await again.predict(inputs))).toEqual(bits(await network.predict(inputs)));
    const [rule] = network.calibration ?? [];
    const wrong = [
      null,
      3,
      { ...rule, score: 'scaled' },
      { ...rule, coverage: 1 },
      { ...rule, limits: [1, 2] },
      { ...rule, limits: [1, null, 2] },
      { ...rule, rows: 0 },
      { ...rule, randomized: true },
      { ...rule, kind: 'other' },
    ];
    for (const each of wrong) {
      const damaged = withMetadata(bytes, { 'vardrop.calibration': JSON.stringify([each]) });
      expect(() => deserializeNetwork(damaged, { backend })).toThrow(
        expect.objectContaining({ code: 'VARDROP_CALIBRATION' }),
      );
    }
    expect(createNetwork(model, { backend, parameters: network.parameters }).toBytes().length).toBeLessThan(
      bytes.length,
    );
  });

  it('refuses what it cannot do', async () => {
    const network: Network = untrained(model);
    const data = { inputs, targets: labels };
    const codeOf = async (given: Network, options: object) =>
      conformal(given, options as never).then(
        () => 'none',
        ({ code }) => code,
      );
    for (const options of [
      { coverage: 0 },
      { coverage: 1 },
      { coverage: '0.9' },
      { score: 'scaled' },
      { byClass: 1 },
      { rank: -1 },
      { alpha: 0.1 },
    ])
      expect(await codeOf(network, { data, ...options })).toBe('VARDROP_OPTION');
    expect(await codeOf(network, { data: { inputs: inputs.slice(0, 10), targets: labels.slice(0, 5) } })).toBe(
      'VARDROP_CONFORMAL',
    );
    expect(
      await codeOf(network, { data: { inputs, targets: labels.map((label) => Math.min(label, 1)) }, byClass: true }),
    ).toBe('VARDROP_CONFORMAL');
    const yes = untrained(sequential({ input: [2], layers: [dense({ units: 1 })], likelihood: binary() }));
    expect(await codeOf(yes, { data: { inputs, targets: labels.map((label) => Math.min(label, 1)) } })).toBe(
      'VARDROP_CONFORMAL',
    );
    const gaps = sequential({ input: [2], layers: [dense({ units: 2 })], likelihood: gaussian({ missing: 'skip' }) });
    const holed = values.map((y, i) => (i === 7 ? Number.NaN : y));
    expect(await codeOf(untrained(gaps), { data: { inputs, targets: holed } })).toBe('VARDROP_CONFORMAL');
    expect(blobs().targets.length).toBeGreaterThan(0);
  });
});
