import { describe, expect, it } from 'vitest';
import { conv2d, dense, flatten, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { sparseVariational, variationalDropout } from '../../src/noise/index.js';
import { adam, sgd } from '../../src/optimizers/index.js';
import { initialState } from '../../src/training/index.js';

/** Mean, variance and kurtosis of values, and their largest size. */
function statistics(values: Float32Array) {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const moment = (power: number) => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / n;
  const variance = moment(2);
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return { n, mean, variance, kurtosis: moment(4) / variance ** 2, largest };
}

/** Six standard errors of mean and variance, which a right initializer passes but once in 10⁹ seeds. */
function expectMoments(values: Float32Array, variance: number, kurtosis: number): void {
  const found = statistics(values);
  expect(Math.abs(found.mean)).toBeLessThan(6 * Math.sqrt(variance / found.n));
  expect(Math.abs(found.variance / variance - 1)).toBeLessThan(6 * Math.sqrt((kurtosis - 1) / found.n));
  // Standard errors of the kurtosis: √(24/n) for normal numbers, less for uniform ones.
  expect(Math.abs(found.kurtosis - kurtosis)).toBeLessThan(6 * Math.sqrt(24 / found.n));
}

describe('initial states', () => {
  const model = sequential({
    input: [12, 10, 4],
    layers: [
      conv2d({ filters: 60, size: [5, 3], activation: 'relu' }),
      conv2d({ filters: 30, size: 3, padding: 'same' }),
      flatten(),
      dense({ units: 16, activation: 'relu' }),
      dense({ units: 400, activation: 'tanh' }),
      dense({ units: 50, initializer: { kind: 'normal', deviation: 0.3 } }),
    ],
  });
  const state = initialState(model, adam(), 5);
  const values = (name: string) => state.parameters[name].data;

  it('he: N(0, 2/fan-in), the default before ReLU', () => {
    expectMoments(values('conv2d1/weights'), 2 / (5 * 3 * 4), 3);
    expectMoments(values('dense1/weights'), 2 / (8 * 8 * 30), 3);
  });

  it('glorot: uniform within √(6/(fan-in + fan-out)), the default elsewhere', () => {
    for (const [name, fans] of [
      ['conv2d2/weights', 9 * 60 + 9 * 30],
      ['dense2/weights', 16 + 400],
    ] as const) {
      const limit = Math.sqrt(6 / fans);
      expectMoments(values(name), limit ** 2 / 3, 1.8);
      expect(statistics(values(name)).largest).toBeLessThanOrEqual(Math.fround(limit));
      expect(statistics(values(name)).largest).toBeGreaterThan(0.99 * limit);
    }
  });

  it('normal with a deviation of one’s own', () => expectMoments(values('dense3/weights'), 0.09, 3));

  it('biases, slots and step are 0, each parameter has its slots', () => {
    expect(values('dense1/bias').every((x) => x === 0)).toBe(true);
    expect(state.step).toBe(0);
    const { name, slots } = state.optimizer;
    expect(name).toBe('adam');
    expect(Object.keys(slots)).toHaveLength(2 * Object.keys(state.parameters).length);
    expect(slots['secondMoment:dense3/bias']).toEqual({ shape: [50], data: new Float32Array(50) });
    expect(Object.keys(initialState(model, sgd(), 5).optimizer.slots)).toEqual([]);
  });

  it('is a function of the seed, and no two parameters have the same numbers', () => {
    expect(initialState(model, adam(), 5)).toEqual(state);
    const other = initialState(model, adam(), 6);
    expect(other.parameters['dense1/weights'].data).not.toEqual(values('dense1/weights'));
    expect(values('dense1/weights').slice(0, 20)).not.toEqual(values('conv2d1/weights').slice(0, 20));
  });

  it('starts noise and likelihood where they say', () => {
    const noisy = sequential({
      input: [3],
      likelihood: gaussian({ logVariance: -1 }),
      layers: [
        dense({ units: 2, noise: variationalDropout({ type: 'B', alpha: 'network', rate: 0.2 }) }),
        dense({ units: 2, noise: variationalDropout({ type: 'A', alpha: 'network', rate: 0.2 }) }),
        dense({ units: 2, noise: sparseVariational({ logVariance: -5 }) }),
      ],
    });
    const { parameters } = initialState(noisy, sgd(), 0);
    // α = 0.2/0.8 = ¼ = sigmoid(−log 3).
    expect(parameters['network/rho'].data[0]).toBe(Math.fround(-Math.log(3)));
    expect(parameters['dense3/logVariance'].data).toEqual(new Float32Array(4).fill(-5));
    expect(parameters['likelihood/logVariance']).toEqual({ shape: [2], data: new Float32Array(2).fill(-1) });
    expect(Object.keys(parameters).filter((name) => name.endsWith('rho'))).toEqual(['network/rho']);
  });

  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) {
    it(`refuses the seed ${seed}`, () =>
      expect(() => initialState(model, sgd(), seed)).toThrow(
        expect.objectContaining({ code: 'VARDROP_INVALID_SEED' }),
      ));
  }
});
