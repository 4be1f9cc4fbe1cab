import { describe, expect, it } from 'vitest';
import { keyNames, noiseKeys } from '../../src/extend.js';
import {
  binary,
  brierScore,
  categorical,
  dense,
  evaluate,
  expectedCalibrationError,
  gaussian,
  input,
  type Likelihood,
  laplace,
  type Model,
  model,
  ordinal,
  poisson,
  predict,
  sequential,
  sparseVariational,
  studentT,
} from '../../src/index.js';
import { bindBatch, createBuilder, elementCount } from '../../src/program/index.js';
import * as random from '../../src/random/index.js';
import { createReferenceBackend, evaluate as evaluateProgram, exactFunctions } from '../../src/reference/index.js';

const rows = 60;
const samples = 6;
const seed = 4;
const backend = createReferenceBackend();
const inputs = random.normal(random.key(1), rows * 3);
const weights = Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? 0 : 1 + (i % 3)));

const modelOf = <Given extends Likelihood>(units: number, likelihood: Given) =>
  sequential({ input: [3], layers: [dense({ units })], noise: sparseVariational(), likelihood });

function parametersOf(of: Model, own: Readonly<Record<string, readonly number[]>> = {}) {
  const learned = of.parameters.map(({ name, shape }, i) => {
    const data = random.normal(random.foldIn(random.key(9), i), elementCount(shape));
    return [name, { shape: [...shape], data: name.endsWith('logVariance') ? data.map(() => -1) : data }] as const;
  });
  const likelihoods = Object.entries(own).map(
    ([name, data]) =>
      [`likelihood/${name}`, { shape: data.length === 1 ? [] : [data.length], data: Float32Array.from(data) }] as const,
  );
  return Object.fromEntries([...learned, ...likelihoods]);
}

/** The outputs of each sample, `[rows, units]`, in float64. */
function sampledOutputs(of: Model, parameters: ReturnType<typeof parametersOf>): readonly Float64Array[] {
  const b = createBuilder('forward');
  const x = b.input('x', ['batch', 3]);
  const values = Object.fromEntries(of.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('y', of.apply(b, x, values, 'sample'));
  const program = bindBatch(b.build(), rows);
  const data = Object.fromEntries(of.parameters.map(({ name }) => [name, parameters[name].data]));
  return Array.from({ length: samples }, (_, sample) => {
    const keys = noiseKeys(keyNames(program), seed, 'prediction', sample);
    const noise = (kind: 'uniform' | 'normal', words: random.Key, out: Float32Array, offset: number) =>
      random.hostGenerator()[kind](words, out, offset);
    return evaluateProgram(program, { inputs: { x: inputs, ...data }, keys, noise, functions: exactFunctions }).y;
  });
}

const mean = (values: readonly number[], of: readonly number[] = values.map(() => 1)) =>
  values.reduce((sum, value, i) => sum + value * of[i], 0) / of.reduce((sum, value) => sum + value, 0);

/** −log of the mean over the samples of the probability of each row's targets. */
const rowLosses = (outputs: readonly Float64Array[], probability: (output: Float64Array, row: number) => number) =>
  Array.from({ length: rows }, (_, row) => -Math.log(mean(outputs.map((output) => probability(output, row)))));

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const normalDensity = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

describe('the negative log likelihood is −log of the samples’ mean probability', () => {
  const units = 2;
  const values = Array.from(random.normal(random.key(3), rows * units));
  const of =
    (targets: readonly number[], one: (f: number, y: number, k: number) => number) =>
    (output: Float64Array, row: number) => {
      let product = 1;
      for (let k = 0; k < units; k++) {
        const y = targets[row * units + k];
        if (!Number.isNaN(y)) product *= one(output[row * units + k], y, k);
      }
      return product;
    };
  const logs = [0.3, -0.4];
  const missing = values.map((value, i) => (i % 7 === 0 || i < 4 ? Number.NaN : value));
  const cases: readonly (readonly [
    string,
    Likelihood,
    readonly number[],
    Readonly<Record<string, readonly number[]>>,
    (f: number, y: number, k: number) => number,
  ])[] = [
    [
      'gaussian',
      gaussian(),
      values,
      { logVariance: logs },
      (f, y, k) => normalDensity((y - f) / Math.exp(logs[k] / 2)) / Math.exp(logs[k] / 2),
    ],
    [
      'gaussian, missing',
      gaussian({ missing: 'skip' }),
      missing,
      { logVariance: logs },
      (f, y, k) => normalDensity((y - f) / Math.exp(logs[k] / 2)) / Math.exp(logs[k] / 2),
    ],
    [
      'laplace',
      laplace(),
      values,
      { logScale: logs },
      (f, y, k) => Math.exp(-Math.abs(y - f) / Math.exp(logs[k])) / (2 * Math.exp(logs[k])),
    ],
    // With three degrees of freedom.
    [
      'studentT',
      studentT({ degreesOfFreedom: 3, scale: 0.5 }),
      values,
      {},
      (f, y) => 2 / (0.5 * Math.PI * Math.sqrt(3) * (1 + ((y - f) / 0.5) ** 2 / 3) ** 2),
    ],
    [
      'poisson',
      poisson(),
      values.map((value) => Math.round(Math.abs(value))),
      {},
      (f, y) => Math.exp(-Math.exp(f) + y * f) / [1, 1, 2, 6, 24][y],
    ],
    [
      'binary',
      binary(),
      values.map((value) => (value > 0 ? 1 : 0)),
      {},
      (f, y) => (y === 1 ? sigmoid(f) : sigmoid(-f)),
    ],
  ];
  it.each(cases)('%s', async (_, likelihood, targets, own, one) => {
    const network = modelOf(units, likelihood);
    const parameters = parametersOf(network, own);
    const losses = rowLosses(sampledOutputs(network, parameters), of(targets, one));
    const present = losses.map((_, row) => (targets.slice(row * units, (row + 1) * units).every(Number.isNaN) ? 0 : 1));
    const common = { backend, parameters, samples, seed, crps: false };
    const whole = await evaluate(network, { ...common, data: { inputs, targets } });
    expect(whole.nll).toBeCloseTo(mean(losses, present), 5);
    const weighted = await evaluate(network, { ...common, data: { inputs, targets, weights } });
    const counted = weights.map((weight, row) => weight * present[row]);
    expect(weighted.nll).toBeCloseTo(mean(losses, counted), 5);
    expect(Math.abs(whole.nll - weighted.nll)).toBeGreaterThan(1e-3);
  });
});

describe('of classes', () => {
  const labels = Array.from({ length: rows }, (_, i) => (i * 7) % 4);
  const network = modelOf(4, categorical());
  const parameters = parametersOf(network);
  const common = { backend, parameters, samples, seed };

  it('are the metrics of the prediction with the same noise', async () => {
    const found = await evaluate(network, { ...common, data: { inputs, targets: labels, weights }, bins: 5, topK: 2 });
    const { probabilities, labels: predicted } = await predict(network, { ...common, inputs });
    const about = { classes: 4, weights };
    expect(found.brier).toBe(brierScore(probabilities, labels, about));
    expect(found.calibration.equalMass).toEqual(
      expectedCalibrationError(probabilities, labels, { ...about, bins: 5, binning: 'equalMass' }),
    );
    expect(found.ece).toBe(expectedCalibrationError(probabilities, labels, { ...about, bins: 5 }).ece);
    expect(found.error).toBeCloseTo(
      mean(
        labels.map((label, i) => (label === predicted[i] ? 0 : 1)),
        weights,
      ),
      10,
    );
    expect(found.accuracy).toBeCloseTo(1 - found.error, 10);
    const best = labels.map((label, row) => {
      const own = probabilities.subarray(4 * row, 4 * row + 4);
      return own.filter((p) => p > own[label]).length < 2 ? 1 : 0;
    });
    expect(found.topK).toBeCloseTo(mean(best, weights), 10);
    const losses = labels.map((label, row) => -Math.log(probabilities[4 * row + label]));
    expect(found.nll).toBeCloseTo(mean(losses, weights), 5);
  });

  it('are the same for probabilities of 0 and 1', async () => {
    const oneHot = labels.flatMap((label) => [0, 1, 2, 3].map((k) => (k === label ? 1 : 0)));
    const found = await evaluate(network, { ...common, data: { inputs, targets: oneHot } });
    expect(found).toEqual(await evaluate(network, { ...common, data: { inputs, targets: labels } }));
  });

  it('has ordered classes too', async () => {
    const ordered = modelOf(1, ordinal({ classes: 4 }));
    const own = parametersOf(ordered, { firstCut: [-1], increments: [0.5, 0.2] });
    const found = await evaluate(ordered, { ...common, parameters: own, data: { inputs, targets: labels } });
    expect(found.kind).toBe('classification');
    expect(found.nll).toBeGreaterThan(0);
  });
});

describe('of yes and no', () => {
  const network = modelOf(2, binary({ missing: 'skip' }));
  const parameters = parametersOf(network);
  const common = { backend, parameters, samples, seed };

  it('has ranks of each output, and of none whose targets are all alike', async () => {
    const targets = Array.from({ length: 2 * rows }, (_, i) =>
      i % 2 === 1 ? 1 : i % 8 === 0 ? Number.NaN : i % 3 === 0 ? 1 : 0,
    );
    const { probabilities } = await predict(network, { ...common, inputs });
    const found = await evaluate(network, { ...common, data: { inputs, targets } });
    expect(found.targets).toBe(targets.filter((target) => !Number.isNaN(target)).length);
    const [yes, no] = [1, 0].map((wanted) =>
      targets.flatMap((target, i) => (i % 2 === 0 && target === wanted ? [probabilities[i]] : [])),
    );
    const pairs = yes.flatMap((p) => no.map((q): number => (p > q ? 1 : p === q ? 0.5 : 0)));
    expect(found.outputs[0].areaUnderRocCurve).toBeCloseTo(mean(pairs), 10);
    expect(found.outputs[1].areaUnderRocCurve).toBeNaN();
    expect(found.areaUnderRocCurve).toBe(found.outputs[0].areaUnderRocCurve);
    expect(found.averagePrecision).toBe(found.outputs[0].averagePrecision);
    const squares = targets.flatMap((target, i) => (Number.isNaN(target) ? [] : [(target - probabilities[i]) ** 2]));
    expect(found.brier).toBeCloseTo(mean(squares), 10);
  });
});

describe('of numbers', () => {
  it('has intervals that hold their share where the model is right', async () => {
    const network = modelOf(1, gaussian({ variance: 0.25 }));
    const parameters = parametersOf(network);
    const {
      mean: predicted,
      epistemicVariance,
      aleatoricVariance,
    } = await predict(network, { backend, parameters, inputs, samples, seed });
    const spread = Array.from(predicted, (_, i) => Math.sqrt(epistemicVariance[i] + aleatoricVariance[i]));
    const targets = Array.from(predicted, (value, i) => value + spread[i] * random.normal(random.key(5), rows)[i]);
    const found = await evaluate(network, { backend, parameters, samples, seed, data: { inputs, targets } });
    const [half, most] = found.intervals ?? [];
    expect(half.probability).toBe(0.5);
    // Within six deviations of the binomial distribution.
    expect(Math.abs(half.coverage - 0.5)).toBeLessThan(6 * Math.sqrt(0.25 / rows));
    expect(Math.abs(most.coverage - 0.9)).toBeLessThan(6 * Math.sqrt(0.09 / rows));
    expect(most.width).toBeGreaterThan(half.width * 2);
    expect(found.rmse).toBeCloseTo(Math.sqrt(mean(targets.map((y, i) => (y - predicted[i]) ** 2))), 6);
    expect(found.pit?.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    // The score of a normal distribution of this spread is about 0.56 of its deviation.
    expect(found.crps).toBeGreaterThan(0.4 * mean(spread));
    expect(found.crps).toBeLessThan(0.8 * mean(spread));
  });

  it('leaves out what needs a distribution where there is none', async () => {
    const { distribution: _, ...without } = gaussian({ variance: 1 });
    const network = modelOf(1, without);
    const common = { backend, parameters: parametersOf(network), samples, inputs };
    const found = await evaluate(network, {
      ...common,
      inputs: undefined,
      data: { inputs, targets: new Float32Array(rows) },
    } as never);
    expect(Object.keys(found).sort()).toEqual(['kind', 'nll', 'rmse', 'rows', 'samples', 'targets']);
    await expect(predict(network, { ...common, quantiles: [0.5] })).rejects.toMatchObject({
      code: 'VARDROP_LIKELIHOOD',
    });
  });
});

describe('of several outputs', () => {
  const x = input({ shape: [3] });
  const hidden = dense({ units: 2 })(x);
  const network = model({
    inputs: x,
    outputs: { grade: dense({ units: 3 })(hidden), count: dense({ units: 1 })(hidden) },
    noise: sparseVariational(),
    likelihood: { grade: categorical(), count: poisson() },
  });
  const parameters = parametersOf(network);
  const targets = {
    grade: Array.from({ length: rows }, (_, i) => i % 3),
    count: Array.from({ length: rows }, (_, i) => i % 4),
  };

  it('has those of each, and the NLL of all targets under the same samples', async () => {
    const options = { backend, parameters, data: { inputs, targets }, samples: 8, crps: false };
    const found = await evaluate(network, options);
    expect(found.outputs.grade.accuracy).toBeGreaterThanOrEqual(0);
    expect(found.outputs.count.rmse).toBeGreaterThan(0);
    const sum = found.outputs.grade.nll + found.outputs.count.nll;
    expect(Math.abs(found.nll - sum)).toBeGreaterThan(1e-6);
    const single = await evaluate(network, { ...options, samples: 0 });
    expect(single.nll).toBeCloseTo(single.outputs.grade.nll + single.outputs.count.nll, 10);
  });

  it('has quantiles of those that are numbers', async () => {
    const { count, grade } = await predict(network, {
      backend,
      parameters,
      inputs,
      samples: 8,
      quantiles: [0.05, 0.5, 0.95],
    });
    expect(grade.kind).toBe('classification');
    expect(count.quantiles?.length).toBe(3 * rows);
    count.quantiles?.forEach((value, i) => {
      expect(Number.isInteger(value) && value >= 0).toBe(true);
      if (i % 3 > 0) expect(value).toBeGreaterThanOrEqual(count.quantiles?.[i - 1] ?? Number.NaN);
    });
  });
});

describe('refuses', () => {
  const network = modelOf(2, gaussian({ missing: 'skip' }));
  const parameters = parametersOf(network, { logVariance: [0, 0] });
  const data = { inputs, targets: new Float32Array(2 * rows) };
  const base = { backend, parameters, data };
  const refused: readonly (readonly [string, object, string])[] = [
    ['unknown options', { sample: 3 }, 'VARDROP_OPTION'],
    ['quantiles', { quantiles: [0.5] }, 'VARDROP_OPTION'],
    ['no bins', { bins: 0 }, 'VARDROP_OPTION'],
    ['half a class', { topK: 1.5 }, 'VARDROP_OPTION'],
    ['crps as text', { crps: 'yes' }, 'VARDROP_OPTION'],
    ['samples with means', { samples: 3, mode: 'mean' }, 'VARDROP_OPTION'],
    ['no backend', { backend: undefined }, 'VARDROP_OPTION'],
    ['parameters of another model', { parameters: {} }, 'VARDROP_STATE'],
    ['data without targets', { data: { inputs } }, 'VARDROP_TYPE'],
    ['targets of other length', { data: { inputs, targets: [1] } }, 'VARDROP_SHAPE'],
    ['only missing targets', { data: { inputs, targets: data.targets.map(() => Number.NaN) } }, 'VARDROP_EMPTY'],
  ];
  it.each(refused)('%s', async (_, options, code) => {
    await expect(evaluate(network, { ...base, ...options } as never)).rejects.toMatchObject({ code });
  });

  it.each([
    ['0.5 alone', 0.5, gaussian(), 'VARDROP_OPTION'],
    ['none', [], gaussian(), 'VARDROP_OPTION'],
    ['1', [0.5, 1], gaussian(), 'VARDROP_OPTION'],
    ['text', ['0.5'], gaussian(), 'VARDROP_OPTION'],
    ['those of classes', [0.5], categorical(), 'VARDROP_LIKELIHOOD'],
    ['those of yes and no', [0.5], binary(), 'VARDROP_LIKELIHOOD'],
  ])('quantiles: %s', async (_, quantiles, likelihood, code) => {
    const of = modelOf(2, likelihood as Likelihood);
    await expect(predict(of, { backend, parameters, inputs, quantiles } as never)).rejects.toMatchObject({ code });
  });

  it('a run whose signal is raised', async () => {
    const signal = AbortSignal.abort();
    await expect(evaluate(network, { ...base, signal })).rejects.toThrow('aborted');
  });
});
