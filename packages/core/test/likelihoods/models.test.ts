import { describe, expect, it } from 'vitest';
import { predictionProgram, summaryProgram, trainingProgram } from '../../src/extend.js';
import {
  adam,
  binary,
  dense,
  describeModel,
  fit,
  gaussian,
  type Likelihood,
  laplace,
  modelFrom,
  ordinal,
  poisson,
  predict,
  sequential,
  studentT,
} from '../../src/index.js';
import { print } from '../../src/program/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';
import { fixture, likelihoodOf } from './fixture.js';

const modelOf = (likelihood: unknown, units = 1) =>
  sequential({ input: [2], layers: [dense({ units })], likelihood: likelihood as Likelihood });

it('is made again from its description, with the same programs', () => {
  const seen = new Set<string>();
  for (const given of fixture.cases) {
    const key = `${given.likelihood} ${JSON.stringify(given.options)} ${given.outputs.length}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const made = sequential({
      input: given.outputs,
      layers: [dense({ units: given.outputs.at(-1) as number })],
      likelihood: likelihoodOf(given),
    });
    const again = modelFrom(JSON.parse(JSON.stringify(describeModel(made))));
    for (const program of [
      (of: typeof again) => trainingProgram(of, adam()),
      (of: typeof again) => predictionProgram(of, 'sample', { score: true, components: true }),
      (of: typeof again) => summaryProgram(of),
    ])
      expect(print(program(again)), key).toBe(print(program(made)));
  }
  expect(seen.size).toBeGreaterThan(20);
});

describe('what does not fit is refused before anything is computed', () => {
  const refused: readonly (readonly [string, () => unknown, string, string])[] = [
    ['an unknown option', () => binary({ smoothing: 1 } as never), 'VARDROP_OPTION', 'missing'],
    [
      'another way to treat missing targets',
      () => poisson({ missing: 'drop' as never }),
      'VARDROP_OPTION',
      'refuse, skip',
    ],
    ['a scale of 0', () => laplace({ scale: 0 }), 'VARDROP_VARIANCE', 'positive numbers'],
    ['one bad scale of several', () => studentT({ scale: [1, -1] }), 'VARDROP_VARIANCE', 'positive numbers'],
    ['an unknown source of scales', () => laplace({ scale: 'network' as never }), 'VARDROP_VARIANCE', "'output'"],
    ['a log scale that is none', () => laplace({ logScale: Number.NaN }), 'VARDROP_VARIANCE', 'finite'],
    ['no variance', () => studentT({ degreesOfFreedom: 2 }), 'VARDROP_LIKELIHOOD', 'above 2'],
    ['degrees of freedom as text', () => studentT({ degreesOfFreedom: '4' as never }), 'VARDROP_LIKELIHOOD', 'above 2'],
    ['endless degrees of freedom', () => studentT({ degreesOfFreedom: Infinity }), 'VARDROP_LIKELIHOOD', 'gaussian()'],
    ['one class', () => ordinal({ classes: 1 }), 'VARDROP_LIKELIHOOD', 'from 2'],
    ['half a class', () => ordinal({ classes: 2.5 }), 'VARDROP_LIKELIHOOD', 'whole number'],
    ['no classes', () => ordinal({} as never), 'VARDROP_LIKELIHOOD', 'whole number'],
    ['two outputs of ordinal', () => modelOf(ordinal({ classes: 3 }), 2), 'VARDROP_SHAPE', 'dense({ units: 1 })'],
    ['odd outputs with scales', () => modelOf(laplace({ scale: 'output' }), 3), 'VARDROP_SHAPE', '2 * outputs'],
    ['scales of another number', () => modelOf(studentT({ scale: [1, 2, 3] }), 2), 'VARDROP_SHAPE', 'Give 2'],
    ['a β without variances', () => gaussian({ beta: 0.5 }), 'VARDROP_LIKELIHOOD', 'variance'],
    ['a name', () => modelOf('poisson'), 'VARDROP_OPTION', 'Call the function'],
    ['the function', () => modelOf(poisson), 'VARDROP_OPTION', 'Call the function'],
    ['likelihoods of other outputs', () => modelOf({ count: poisson() }), 'VARDROP_OPTION', 'got an object with count'],
  ];
  it.each(refused)('%s', (_, act, code, message) => {
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});

/** Tests need no advice about scales. */
const onWarning = () => undefined;

describe('targets', () => {
  const backend = createReferenceBackend();
  const inputs = Float32Array.from({ length: 12 }, (_, i) => ((i * 5) % 7) / 4 - 1);
  const train = (likelihood: unknown, targets: readonly number[], units = 1) =>
    fit(modelOf(likelihood, units), { backend, data: { inputs, targets }, epochs: 1, onWarning });
  const refused: readonly (readonly [string, unknown, readonly number[], string, string])[] = [
    ['a negative count', poisson(), [0, 1, 2, -1, 3, 0], 'VARDROP_COUNT', '-1 in row 3'],
    ['half a count', poisson(), [0, 1, 2.5, 1, 3, 0], 'VARDROP_COUNT', '2.5 in row 2'],
    ['a missing count', poisson(), [0, 1, Number.NaN, 1, 3, 0], 'VARDROP_NON_FINITE', 'row 2'],
    ['2 in place of 0 or 1', binary(), [0, 1, 2, 1, 0, 0], 'VARDROP_PROBABILITY', '2 in row 2'],
    ['a missing yes or no', binary(), [0, 1, Number.NaN, 1, 0, 0], 'VARDROP_PROBABILITY', 'fill in'],
    ['a class that is none', ordinal({ classes: 3 }), [0, 1, 3, 1, 2, 0], 'VARDROP_LABEL', '3 in row 2'],
    ['a missing number', laplace(), [0, 1, Number.NaN, 1, 0, 0], 'VARDROP_NON_FINITE', 'row 2'],
  ];
  it.each(refused)('refuse %s with its row', async (_, likelihood, targets, code, message) => {
    await expect(train(likelihood, targets)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it.each([
    ['binary', binary({ missing: 'skip' }), [0, 1, Number.NaN, 1, 0, 0]],
    ['laplace', laplace({ missing: 'skip' }), [0, 1, Number.NaN, 1, 0, 2]],
    ['studentT', studentT({ missing: 'skip' }), [0, 1, Number.NaN, 1, 0, 2]],
    ['poisson', poisson({ missing: 'skip' }), [0, 1, Number.NaN, 1, 0, 2]],
  ] as const)('may be missing: %s', async (_, likelihood, targets) => {
    const rowsLeft = {
      inputs: [...inputs.slice(0, 4), ...inputs.slice(6)],
      targets: targets.filter((_, i) => i !== 2),
    };
    const warnings: unknown[] = [];
    const options = { backend, epochs: 3, batch: 6, onWarning: (warning: unknown) => warnings.push(warning) };
    const skipped = await fit(modelOf(likelihood), { ...options, data: { inputs, targets } });
    // The mean is over rows, of which one has no targets: a sixth of the weight of the others.
    const left = await fit(modelOf(likelihood), { ...options, data: rowsLeft });
    const loss = skipped.history.map(({ dataTerm }) => (dataTerm * 6) / 5);
    expect(warnings).toEqual([]);
    expect(loss[0]).toBeCloseTo(left.history[0].dataTerm, 5);
  });
});

describe('a trained model', () => {
  const rows = 200;
  const inputs = Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(i * 1.7));
  const place = Float32Array.from({ length: rows }, (_, i) => 1 + inputs[2 * i] - 0.5 * inputs[2 * i + 1]);
  const backend = createReferenceBackend();
  const trained = async <Given extends Likelihood>(likelihood: Given, targets: ArrayLike<number>) => {
    const model = sequential({ input: [2], layers: [dense({ units: 1 })], likelihood });
    const options = { backend, optimizer: adam({ learningRate: 0.05 }), epochs: 60, batch: 50, onWarning };
    const { state } = await fit(model, { ...options, data: { inputs, targets } });
    return { state, prediction: await predict(model, { backend, parameters: state.parameters, inputs }) };
  };

  it('of counts predicts rates', async () => {
    const counts = place.map((value, i) => Math.max(0, Math.round(Math.exp(value) + (i % 3) - 1)));
    const { prediction } = await trained(poisson(), counts);
    const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);
    expect(prediction.kind).toBe('regression');
    if (prediction.kind !== 'regression') return;
    expect(total(prediction.mean) / total(counts)).toBeCloseTo(1, 1);
    expect(prediction.aleatoricVariance[7]).toBeCloseTo(prediction.mean[7], 3);
  });

  it('of ordered classes finds their order', async () => {
    const labels = place.map((value) => (value < 0.5 ? 0 : value < 1 ? 1 : value < 1.5 ? 2 : 3));
    const { prediction } = await trained(ordinal({ classes: 4 }), labels);
    if (prediction.kind !== 'classification') throw new Error(prediction.kind);
    expect(prediction.classes).toBe(4);
    const right = prediction.labels.filter((label, i) => label === labels[i]).length;
    expect(right / rows).toBeGreaterThan(0.8);
  });

  it('of far targets is not moved by them under Student’s t noise', async () => {
    const targets = place.map((value, i) => (i % 20 === 0 ? value + 100 : value));
    const errorOf = (mean: ArrayLike<number>) =>
      Math.max(...Array.from(mean, (value, i) => Math.abs(value - place[i])));
    const robust = await trained(studentT({ degreesOfFreedom: 'learned' }), targets);
    const usual = await trained(gaussian(), targets);
    if (robust.prediction.kind !== 'regression' || usual.prediction.kind !== 'regression') throw new Error('kind');
    expect(errorOf(robust.prediction.mean)).toBeLessThan(0.3);
    expect(errorOf(usual.prediction.mean)).toBeGreaterThan(1);
    expect(robust.state.parameters['likelihood/logExcess'].data[0]).toBeLessThan(Math.LN2);
  });
});
