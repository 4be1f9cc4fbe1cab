import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Estimator,
  flipout,
  localReparametrization,
  separateSamples,
  singleSample,
} from '../../src/estimators/index.js';
import { conv2d, dense, type Model, sequential } from '../../src/layers/index.js';
import {
  alphaOfRate,
  bernoulli,
  bernoulliLearned,
  gaussianDropout,
  meanField,
  type NoiseModel,
  noNoise,
  sparseVariational,
  variationalDropout,
} from '../../src/noise/index.js';
import { elementCount } from '../../src/program/index.js';
import { foldIn, key, normal, uniform } from '../../src/random/index.js';
import { forward } from '../layers/forward.js';

const estimators = [localReparametrization(), separateSamples(), singleSample(), flipout()];
const rows = 4;
const x = Array.from(normal(key(1), rows * 3));
const images = Array.from(normal(key(2), 2 * 4 * 4 * 2));

function denseModel(noise: NoiseModel, estimator: Estimator): Model {
  return sequential({
    input: [3],
    noise,
    estimator,
    layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: 2 })],
  });
}

function convolution(noise: NoiseModel, estimator: Estimator): Model {
  return sequential({
    input: [4, 4, 2],
    noise,
    estimator,
    layers: [conv2d({ filters: 3, size: 2, padding: 'same', strides: [1, 2] })],
  });
}

/** Weights and biases of a fixed pattern; the noise's own parameters are `value`. */
function parametersOf(model: Model, value = 0): Record<string, ArrayLike<number>> {
  // Streams are numbered by layer and not by parameter, so that other noise has the same weights.
  const stream = (name: string) =>
    foldIn(key(name.endsWith('/bias') ? 3 : 4), Number(/\d+/.exec(name.split('/')[0])?.[0]));
  return Object.fromEntries(
    model.parameters.map(({ name, shape }) => {
      const count = elementCount(shape);
      const own = name.endsWith('/weights') || name.endsWith('/bias');
      return [name, own ? normal(stream(name), count) : new Array(count).fill(value)];
    }),
  );
}

const sample = (model: Model, value = 0, seed = 1) =>
  forward(model, x, parametersOf(model, value), { mode: 'sample', rows, seed });

const deterministic = forward(
  denseModel(noNoise(), localReparametrization()),
  x,
  parametersOf(denseModel(noNoise(), localReparametrization())),
  { rows },
);

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  // Sums of a few products of numbers of order 1.
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThan(1e-13);
  });
}

describe('without noise a layer is the deterministic one', () => {
  const cases: readonly [string, (estimator: Estimator) => NoiseModel | undefined, number][] = [
    ['bernoulli, p = 0', ({ name }) => (name === 'flipout' ? undefined : bernoulli({ rate: 0 })), 0],
    ['gaussian A, p = 0', ({ name }) => (name === 'flipout' ? undefined : gaussianDropout({ type: 'A', rate: 0 })), 0],
    ['gaussian B, p = 0', () => gaussianDropout({ type: 'B', rate: 0 }), 0],
    ['variational A, ρ → −∞', ({ name }) => (name === 'flipout' ? undefined : variationalDropout({ type: 'A' })), -800],
    ['variational B, ρ → −∞', () => variationalDropout({ type: 'B', alpha: 'weight' }), -800],
    ['sparse, σ = 0', () => sparseVariational(), Number.NEGATIVE_INFINITY],
    ['mean-field, σ = 0', () => meanField(), Number.NEGATIVE_INFINITY],
  ];
  for (const estimator of estimators) {
    for (const [name, make, value] of cases) {
      const noise = make(estimator);
      if (!noise) continue;
      it(`${name}, ${estimator.name}`, () => expectClose(sample(denseModel(noise, estimator), value), deterministic));
      it(`${name}, ${estimator.name}, conv2d`, () => {
        const model = convolution(noise, estimator);
        const options = { rows: 2, seed: 1 };
        expectClose(
          forward(model, images, parametersOf(model, value), { ...options, mode: 'sample' }),
          forward(model, images, parametersOf(model, value), options),
        );
      });
    }
  }

  it('none draws no noise', () =>
    expect(sample(denseModel(noNoise(), localReparametrization()))).toEqual(deterministic));
});

describe('estimators that meet', () => {
  const weightNoises = [sparseVariational(), gaussianDropout({ type: 'B' }), bernoulliLearned({ rates: 'weight' })];
  for (const noise of weightNoises) {
    it(`single and separate, on one datapoint: ${noise.name}`, () => {
      const one = (estimator: Estimator) => {
        const model = denseModel(noise, estimator);
        return forward(model, x.slice(0, 3), parametersOf(model, -1), { mode: 'sample' });
      };
      expectClose(one(singleSample()), one(separateSamples()));
      const image = (estimator: Estimator) => {
        const model = convolution(noise, estimator);
        return forward(model, images.slice(0, 32), parametersOf(model, -1), { mode: 'sample' });
      };
      expectClose(image(singleSample()), image(separateSamples()));
    });
  }
  const inputNoises = [
    bernoulli(),
    gaussianDropout({ type: 'A' }),
    variationalDropout({ type: 'A', alpha: 'input' }),
    bernoulliLearned({ rates: 'input' }),
  ];
  for (const noise of inputNoises) {
    it(`local and separate, for noise on the inputs: ${noise.name}`, () =>
      expect(sample(denseModel(noise, localReparametrization()))).toEqual(
        sample(denseModel(noise, separateSamples())),
      ));
    it(`single gives all datapoints the noise of the first: ${noise.name}`, () => {
      const model = denseModel(noise, singleSample());
      const same = [...x.slice(0, 3), ...x.slice(0, 3)];
      const both = forward(model, same, parametersOf(model), { mode: 'sample', rows: 2 });
      expect(both.slice(0, 2)).toEqual(both.slice(2));
      const apart = denseModel(noise, localReparametrization());
      const differ = forward(apart, same, parametersOf(apart), { mode: 'sample', rows: 2 });
      expect(differ.slice(0, 2)).not.toEqual(differ.slice(2));
      expectClose(differ.slice(0, 2), both.slice(0, 2));
    });
  }

  it('local: γ + √δ ζ, the bias outside of the variance', () => {
    const model = sequential({ input: [3], noise: sparseVariational(), layers: [dense({ units: 2 })] });
    const theta = [0.5, -1, 2, 0, 1, 1];
    const logVariance = [-1, 0, -2, 0.5, -1, -3];
    const words = key(77);
    const y = forward(
      model,
      x,
      { 'dense1/weights': theta, 'dense1/logVariance': logVariance, 'dense1/bias': [10, 20] },
      { mode: 'sample', rows, words: { 'dense1/zeta': words } },
    );
    const zeta = normal(words, rows * 2);
    const expected = Array.from({ length: rows * 2 }, (_, at) => {
      const [m, j] = [Math.floor(at / 2), at % 2];
      const sum = (f: (a: number, i: number) => number) =>
        [0, 1, 2].reduce((total, i) => total + f(x[m * 3 + i], i), 0);
      const gamma = sum((a, i) => a * theta[i * 2 + j]);
      const delta = sum((a, i) => a * a * Math.exp(logVariance[i * 2 + j]));
      return gamma + Math.sqrt(delta) * zeta[at] + 10 * (j + 1);
    });
    expectClose(y, expected);
  });

  it('flipout: one perturbation, with signs of ±1 for each datapoint', () => {
    const model = sequential({
      input: [3],
      noise: meanField(),
      estimator: flipout(),
      layers: [dense({ units: 2, bias: false })],
    });
    const parameters = { 'dense1/weights': [1, 2, 3, 4, 5, 6], 'dense1/logVariance': new Array(6).fill(0) };
    const words = { 'dense1/weights': key(1), 'dense1/inputSigns': key(2), 'dense1/outputSigns': key(3) };
    const y = forward(model, x, parameters, { mode: 'sample', rows, words });
    const sign = (u: number) => (u < 0.5 ? 1 : -1);
    const perturbation = normal(key(1), 6);
    const [s, r] = [Array.from(uniform(key(2), rows * 3), sign), Array.from(uniform(key(3), rows * 2), sign)];
    const expected = y.map((_, at) => {
      const [m, j] = [Math.floor(at / 2), at % 2];
      return [0, 1, 2].reduce((sum, i) => {
        const w = parameters['dense1/weights'][i * 2 + j];
        return sum + x[m * 3 + i] * (w + s[m * 3 + i] * perturbation[i * 2 + j] * r[at]);
      }, 0);
    });
    expectClose(y, expected);
  });
});

describe('older models are special cases of newer ones, given equal keys', () => {
  const rate = 0.3;
  const alpha = alphaOfRate(rate);
  const rho = Math.log(alpha / (1 - alpha));
  for (const type of ['A', 'B'] as const) {
    for (const estimator of type === 'A' ? [localReparametrization(), singleSample()] : estimators) {
      it(`variational ${type} with α = p/(1 − p) is Gaussian dropout ${type}, ${estimator.name}`, () =>
        expectClose(
          sample(denseModel(variationalDropout({ type }), estimator), rho),
          sample(denseModel(gaussianDropout({ type, rate }), estimator)),
        ));
    }
  }

  for (const estimator of estimators) {
    it(`sparse and mean-field are the same noise, ${estimator.name}`, () =>
      expect(sample(denseModel(sparseVariational(), estimator), -1)).toEqual(
        sample(denseModel(meanField(), estimator), -1),
      ));
  }
});

/** What noise on the inputs makes of inputs of 1, by identity weights. */
function factors(noise: NoiseModel, rho = 0, seed = 1): number[] {
  const n = 20;
  const model = sequential({ input: [n], noise, layers: [dense({ units: n, bias: false })] });
  const identity = Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  const own = model.parameters.find(({ name }) => name === 'dense1/rho');
  const parameters = { 'dense1/weights': identity, ...(own && { 'dense1/rho': [rho] }) };
  return forward(model, new Array(n * 50).fill(1), parameters, { mode: 'sample', rows: 50, seed });
}

describe('masks', () => {
  for (const rate of [0.1, 0.5, 0.9]) {
    it(`Bernoulli, p = ${rate}: 0 or 1/(1 − p)`, () => {
      const values = factors(bernoulli({ rate }));
      expect(new Set(values)).toEqual(new Set([0, 1 / (1 - rate)]));
      // 1000 draws: eight standard deviations.
      const dropped = values.filter((value) => value === 0).length;
      expect(Math.abs(dropped - 1000 * rate)).toBeLessThan(8 * Math.sqrt(1000 * rate * (1 - rate)));
    });
  }

  it('of convolutions drop whole channels, each datapoint’s own', () => {
    const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    for (const noise of [bernoulli(), gaussianDropout({ type: 'A' }), bernoulliLearned({ rates: 'input' })]) {
      const model = sequential({ input: [2, 2, 3], noise, layers: [conv2d({ filters: 3, size: 1, bias: false })] });
      const parameters = { 'conv2d1/weights': identity, 'conv2d1/rho': [0, 0, 0] };
      const own = Object.fromEntries(model.parameters.map(({ name }) => [name, parameters[name as 'conv2d1/rho']]));
      const rows = 10;
      const y = forward(model, new Array(rows * 12).fill(1), own, { mode: 'sample', rows });
      const drawn = new Set<string>();
      for (let m = 0; m < rows; m++) {
        const cells = [0, 1, 2, 3].map((cell) => y.slice(12 * m + 3 * cell, 12 * m + 3 * cell + 3));
        expect(cells).toEqual(new Array(4).fill(cells[0]));
        drawn.add(cells[0].join());
      }
      expect(drawn.size).toBeGreaterThan(2);
    }
  });

  it('the relaxed mask becomes binary as the temperature falls', () => {
    const rate = 0.3;
    const rho = Math.log(alphaOfRate(rate));
    const away = (temperature: number) => {
      const values = factors(bernoulliLearned({ temperature }), rho);
      return (
        values.reduce((sum, value) => sum + Math.min(Math.abs(value), Math.abs(value - 1 / (1 - rate))), 0) /
        values.length
      );
    };
    const distances = [1, 0.1, 0.01, 1e-6].map(away);
    for (let i = 1; i < distances.length; i++) expect(distances[i]).toBeLessThan(distances[i - 1] / 2);
    expect(distances[3]).toBeLessThan(1e-6);
    // Dropped where logit u > −logit p, that is where u > 1 − p.
    const values = factors(bernoulliLearned({ temperature: 1e-6 }), rho);
    expect(Math.abs(values.filter((value) => value < 0.5).length - 300)).toBeLessThan(8 * Math.sqrt(210));
  });

  it('Gaussian factors have the mean 1: the “1 +” is there', () => {
    const values = factors(gaussianDropout({ type: 'A', rate: 0.2 }));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // α = ¼ is a variance: six standard errors of 1000 draws.
    expect(Math.abs(mean - 1)).toBeLessThan(6 * Math.sqrt(0.25 / 1000));
    const variance = values.reduce((sum, value) => sum + (value - 1) ** 2, 0) / values.length;
    expect(Math.abs(variance - 0.25)).toBeLessThan(6 * 0.25 * Math.sqrt(2 / 1000));
  });
});

describe('options that are refused', () => {
  const cases: readonly [string, string, () => unknown][] = [
    ...([1, -0.1, 1.5, Number.NaN, Number.POSITIVE_INFINITY] as const).flatMap((rate) => [
      ['bernoulli', 'VARDROP_RATE', () => bernoulli({ rate })] as [string, string, () => unknown],
      ['gaussianDropout A', 'VARDROP_RATE', () => gaussianDropout({ type: 'A', rate })] as [
        string,
        string,
        () => unknown,
      ],
      ['gaussianDropout B', 'VARDROP_RATE', () => gaussianDropout({ type: 'B', rate })] as [
        string,
        string,
        () => unknown,
      ],
      ['variationalDropout', 'VARDROP_RATE', () => variationalDropout({ type: 'B', rate })] as [
        string,
        string,
        () => unknown,
      ],
      ['bernoulliLearned', 'VARDROP_RATE', () => bernoulliLearned({ rate })] as [string, string, () => unknown],
    ]),
    ['variationalDropout, rate 0', 'VARDROP_RATE', () => variationalDropout({ type: 'A', rate: 0 })],
    ['variationalDropout, rate 0.51', 'VARDROP_RATE', () => variationalDropout({ type: 'A', rate: 0.51 })],
    ['bernoulliLearned, rate 0', 'VARDROP_RATE', () => bernoulliLearned({ rate: 0 })],
    ['temperature 0', 'VARDROP_TEMPERATURE', () => bernoulliLearned({ temperature: 0 })],
    ['temperature NaN', 'VARDROP_TEMPERATURE', () => bernoulliLearned({ temperature: Number.NaN })],
    ['α a weight of type A', 'VARDROP_ALPHA', () => variationalDropout({ type: 'A', alpha: 'weight' as 'layer' })],
    [
      'α an output unit of type A',
      'VARDROP_ALPHA',
      () => variationalDropout({ type: 'A', alpha: 'output' as 'layer' }),
    ],
  ];
  for (const [name, code, make] of cases) {
    it(`${name}: ${code}`, () => expect(make).toThrow(expect.objectContaining({ code })));
  }

  it('rates are where p and α start', () => {
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const start = (noise: NoiseModel) => sigmoid((noise.parameters([3, 2])[0].initialize as { value: number }).value);
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.49, noNaN: true }),
        fc.constantFrom('layer', 'input'),
        (rate, each) => {
          expect(start(bernoulliLearned({ rate, rates: each }))).toBeCloseTo(rate, 12);
          for (const type of ['A', 'B'] as const) {
            expect(start(variationalDropout({ type, rate, alpha: each }))).toBeCloseTo(rate / (1 - rate), 12);
          }
        },
      ),
      { seed: 1 },
    );
  });

  it('rates just inside are taken', () => {
    expect(() => variationalDropout({ type: 'B', rate: 0.5 })).not.toThrow();
    expect(() => bernoulli({ rate: 0 })).not.toThrow();
    const start = variationalDropout({ type: 'B', rate: 0.5 }).parameters([1, 1])[0].initialize;
    // α = 1 itself has no ρ; it starts close below.
    expect(start).toMatchObject({ kind: 'constant', value: expect.closeTo(Math.log(0.98 / 0.02), 10) });
  });
});
