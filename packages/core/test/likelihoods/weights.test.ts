import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnyDataset,
  dense,
  type FitOptions,
  fit,
  type Likelihoods,
  predict,
  type StepEvent,
  sequential,
  sgd,
  sparseVariational,
} from '../../src/index.js';
import { categorical, gaussian } from '../../src/likelihoods/index.js';
import { foldIn, key, normal } from '../../src/random/index.js';
import { float32Backend } from '../training/helpers.js';

const fixtures = fc.record({
  rows: fc.integer({ min: 3, max: 7 }),
  batch: fc.integer({ min: 2, max: 8 }),
  units: fc.integer({ min: 2, max: 4 }),
  seed: fc.nat(1e6),
});
const draw = (seed: number, purpose: number, count: number) => normal(foldIn(key(seed), purpose), count);
const whole = (seed: number, purpose: number, count: number, below: number) =>
  Array.from(draw(seed, purpose, count), (value) => Math.floor(Math.abs(value) * 1e4) % below);

const networkOf = <Given extends Likelihoods>(units: number, likelihood: Given) =>
  sequential({ input: [3], layers: [dense({ units: 5, activation: 'tanh' }), dense({ units })], likelihood });

/** One step of gradient descent on all rows. */
async function step(
  model: ReturnType<typeof networkOf>,
  data: AnyDataset,
  seed: number,
  options: Partial<FitOptions> = {},
) {
  const { state, history } = await fit(model, {
    ...{ backend: float32Backend(), data, seed, epochs: 1, batch: 1000, optimizer: sgd({ learningRate: 0.5 }) },
    ...{ onWarning: () => undefined, ...options },
  });
  return { parameters: state.parameters, dataTerm: history[0].dataTerm };
}

/** Equal up to the roundings of float32. */
function expectNear(one: Awaited<ReturnType<typeof step>>, other: Awaited<ReturnType<typeof step>>, factor = 1): void {
  expect(Math.abs(one.dataTerm - factor * other.dataTerm)).toBeLessThan(2e-6 * (1 + Math.abs(one.dataTerm)));
  for (const [name, { data }] of Object.entries(other.parameters)) {
    data.forEach((value, i) => {
      expect(Math.abs(one.parameters[name].data[i] - value), name).toBeLessThan(2e-6 * (1 + Math.abs(value)));
    });
  }
}

/** Rows `times` over. */
const repeat = (values: ArrayLike<number>, times: readonly number[]) => {
  const columns = values.length / times.length;
  return times.flatMap((count, row) =>
    Array.from({ length: count }, () => Array.from({ length: columns }, (_, k) => values[row * columns + k])).flat(),
  );
};

describe('weights of rows', () => {
  it('count as rows that are repeated', async () => {
    await fc.assert(
      fc.asyncProperty(fixtures, fc.boolean(), async ({ rows, units, seed }, regression) => {
        const model = networkOf<Likelihoods>(units, regression ? gaussian({ logVariance: -1 }) : categorical());
        const inputs = draw(seed, 1, rows * 3);
        const targets = regression ? draw(seed, 2, rows * units) : whole(seed, 2, rows, units);
        const weights = [2, ...whole(seed, 3, rows - 1, 4)];
        const repeated = { inputs: repeat(inputs, weights), targets: repeat(targets, weights) };
        expectNear(await step(model, { inputs, targets, weights }, seed), await step(model, repeated, seed));
        // Only their ratios count for the data.
        const halves = weights.map((weight) => weight / 2);
        expectNear(await step(model, { inputs, targets, weights: halves }, seed), await step(model, repeated, seed));
      }),
      { numRuns: 15 },
    );
  });

  it('make up the N of the bound, and their mean loss that of an epoch of minibatches', async () => {
    await fc.assert(
      fc.asyncProperty(fixtures, async ({ rows, batch, units, seed }) => {
        const noise = sparseVariational({ logVariance: -40 });
        const model = sequential({ input: [3], noise, layers: [dense({ units })] });
        const inputs = draw(seed, 1, rows * 3);
        const targets = whole(seed, 2, rows, units);
        const weights = Array.from(draw(seed, 3, rows), (value) => 0.1 + Math.abs(value));
        const steps: StepEvent[] = [];
        const { state, history } = await fit(model, {
          ...{ backend: float32Backend(), data: { inputs, targets, weights }, seed, batch, epochs: 1 },
          ...{ optimizer: sgd(), learningRateFactor: () => 0, onStep: (event) => steps.push(event) },
        });
        const sum = weights.reduce((total, weight) => total + weight, 0);
        for (const { loss, dataTerm, kl } of steps)
          expect(Math.abs(loss - dataTerm - kl / sum)).toBeLessThan(1e-5 * (1 + Math.abs(loss)));
        const { probabilities } = await predict(model, { ...means(), parameters: state.parameters, inputs });
        const losses = targets.map((label, row) => -Math.log(probabilities[row * units + label]));
        const mean = losses.reduce((total, loss, row) => total + weights[row] * loss, 0) / sum;
        expect(Math.abs(history[0].dataTerm - mean)).toBeLessThan(1e-5 * (1 + mean));
      }),
      { numRuns: 15 },
    );
  });
});

describe('probabilities as targets', () => {
  it('of one-hot rows are labels; smoothed ones are label smoothing', async () => {
    await fc.assert(
      fc.asyncProperty(fixtures, fc.constantFrom(0.1, 0.5), async ({ rows, units, seed }, labelSmoothing) => {
        const model = networkOf(units, categorical());
        const inputs = draw(seed, 1, rows * 3);
        const labels = whole(seed, 2, rows, units);
        const oneHot = labels.flatMap((label) => Array.from({ length: units }, (_, k) => (k === label ? 1 : 0)));
        const [byLabel, byRow] = [
          await step(model, { inputs, targets: labels }, seed),
          await step(model, { inputs, targets: oneHot }, seed),
        ];
        expect(byRow).toEqual(byLabel);
        const smooth = oneHot.map((value) => value * (1 - labelSmoothing) + labelSmoothing / units);
        expectNear(
          await step(networkOf(units, categorical({ labelSmoothing })), { inputs, targets: labels }, seed),
          await step(model, { inputs, targets: smooth }, seed),
        );
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    ['above 1', [1.5, -0.5], /got 1.5 in row 1, column 0/],
    ['missing', [Number.NaN, 1], /got NaN in row 1, column 0/],
    ['of another sum', [0.5, 0.4], /whose sum is 0.9\d* in row 1/],
  ])('are refused where they are %s', async (_, row, message) => {
    const data = { inputs: new Float32Array(6), targets: [0.25, 0.75, ...row] };
    await expect(step(networkOf(2, categorical()), data, 1)).rejects.toMatchObject({
      code: 'VARDROP_PROBABILITY',
      message: expect.stringMatching(message),
    });
  });
});

describe('missing targets', () => {
  it('of whole rows take part in nothing but the number of rows', async () => {
    await fc.assert(
      fc.asyncProperty(fixtures, async ({ rows, units, seed }) => {
        const inputs = draw(seed, 1, rows * 3);
        const targets = draw(seed, 2, rows * units);
        const present = [1, ...whole(seed, 3, rows - 1, 2)];
        const count = present.reduce((sum, one) => sum + one, 0);
        const holes = targets.map((value, i) => (present[Math.floor(i / units)] ? value : Number.NaN));
        const skipped = await step(networkOf(units, gaussian({ missing: 'skip' })), { inputs, targets: holes }, seed, {
          optimizer: sgd({ learningRate: (0.5 * rows) / count }),
        });
        const weighted = await step(networkOf(units, gaussian()), { inputs, targets, weights: present }, seed);
        expectNear(skipped, weighted, count / rows);
      }),
      { numRuns: 15 },
    );
  });

  it('are refused unless they are to be skipped', async () => {
    const data = { inputs: new Float32Array(6), targets: [1, 2, Number.NaN, 4] };
    await expect(step(networkOf(2, gaussian()), data, 1)).rejects.toMatchObject({ code: 'VARDROP_NON_FINITE' });
  });
});

describe('validation metrics', () => {
  const about = { backend: float32Backend(), epochs: 1, optimizer: sgd(), onWarning: () => undefined };

  it('of values are weighted means over the targets that are present', async () => {
    await fc.assert(
      fc.asyncProperty(fixtures, async ({ rows, units, seed }) => {
        const model = networkOf(units, gaussian({ variance: 0.5, missing: 'skip' }));
        const inputs = draw(seed, 1, rows * 3);
        const targets = draw(seed, 2, rows * units).map((value, i) => (i > 0 && value > 0.5 ? Number.NaN : value));
        const weights = Array.from(draw(seed, 3, rows), (value) => 0.1 + Math.abs(value));
        const { state, history } = await fit(model, {
          ...about,
          data: { inputs, targets },
          validation: { inputs, targets, weights },
        });
        const { mean } = await predict(model, { ...means(), parameters: state.parameters, inputs });
        let [nll, squares, count] = [0, 0, 0];
        targets.forEach((target, i) => {
          if (Number.isNaN(target)) return;
          const weight = weights[Math.floor(i / units)];
          nll += weight * 0.5 * ((target - mean[i]) ** 2 / 0.5 + Math.log(2 * Math.PI * 0.5));
          squares += weight * (target - mean[i]) ** 2;
          count += weight;
        });
        const sum = weights.reduce((total, weight) => total + weight, 0);
        expect(history[0].validation?.nll).toBeCloseTo(nll / sum, 5);
        expect(history[0].validation?.rmse).toBeCloseTo(Math.sqrt(squares / count), 5);
      }),
      { numRuns: 15 },
    );
  });

  it('of classes are weighted means, also for probabilities, and know no smoothing', async () => {
    await fc.assert(
      fc.asyncProperty(fixtures, async ({ rows, units, seed }) => {
        const model = networkOf(units, categorical({ labelSmoothing: 0.3 }));
        const inputs = draw(seed, 1, rows * 3);
        const raw = draw(seed, 2, rows * units).map(Math.exp);
        const sums = Array.from({ length: rows }, (_, row) =>
          raw.subarray(row * units, (row + 1) * units).reduce((sum, value) => sum + value, 0),
        );
        const targets = Array.from(raw, (value, i) => value / sums[Math.floor(i / units)]);
        const weights = Array.from(draw(seed, 3, rows), (value) => 0.1 + Math.abs(value));
        const { state, history } = await fit(model, {
          ...about,
          data: { inputs, targets },
          validation: { inputs, targets, weights },
        });
        const { probabilities, labels } = await predict(model, { ...means(), parameters: state.parameters, inputs });
        let [nll, wrong] = [0, 0];
        weights.forEach((weight, row) => {
          const own = targets.slice(row * units, (row + 1) * units);
          own.forEach((target, k) => {
            nll -= weight * target * Math.log(probabilities[row * units + k]);
          });
          if (own.indexOf(Math.max(...own)) !== labels[row]) wrong += weight;
        });
        const sum = weights.reduce((total, weight) => total + weight, 0);
        expect(history[0].validation?.nll).toBeCloseTo(nll / sum, 5);
        expect(history[0].validation?.error).toBeCloseTo(wrong / sum, 5);
      }),
      { numRuns: 15 },
    );
  });
});

function means() {
  return { backend: float32Backend(), mode: 'mean' as const };
}
