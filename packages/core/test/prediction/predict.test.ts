import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Backend } from '../../src/backend/contract.js';
import { keyNames, noiseKeys, predictionProgram } from '../../src/extend.js';
import {
  activation,
  bernoulli,
  type ClassificationPrediction,
  createPredictor,
  dense,
  type Estimator,
  flipout,
  gaussian,
  gaussianDropout,
  type Likelihood,
  localReparametrization,
  type Model,
  type NoiseModel,
  noNoise,
  type Prediction,
  type PredictOptions,
  predict,
  type RegressionPrediction,
  separateSamples,
  sequential,
  singleSample,
  sparseVariational,
  type TargetKind,
  type TensorMap,
} from '../../src/index.js';
import { bindBatch, createBuilder } from '../../src/program/index.js';
import { hostGenerator } from '../../src/random/index.js';
import { evaluate } from '../../src/reference/index.js';
import { withLikelihood } from '../withLikelihood.js';
import { patterned, patternedInputs, reference, watched } from './helpers.js';

/** Unit roundoff of float32. */
const u = 2 ** -24;

function classifier(noise: NoiseModel, estimator: Estimator = localReparametrization()) {
  return sequential({
    input: [3],
    layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: 4 })],
    noise,
    estimator,
  });
}

/** Outputs of single samples, straight from the model, in float64. */
function samplesOf(model: Model, parameters: TensorMap, inputs: Float32Array, samples: number, seed: number) {
  const b = createBuilder('forward');
  const x = b.input('x', ['batch', ...model.inputShape]);
  const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('y', model.apply(b, x, values, 'sample'));
  const source = b.build();
  const program = bindBatch(source, inputs.length / model.inputShape[0]);
  return Array.from({ length: samples }, (_, sample) => {
    const keys = noiseKeys(keyNames(source), seed, 'prediction', sample);
    return evaluate(program, {
      inputs: { x: inputs, ...Object.fromEntries(model.parameters.map(({ name }) => [name, parameters[name].data])) },
      keys,
      noise: (distribution, words, out, offset) => hostGenerator()[distribution](words, out, offset),
    }).y;
  });
}

function softmax(logits: Float64Array): number[] {
  const largest = Math.max(...logits);
  const exponentials = [...logits].map((z) => Math.exp(z - largest));
  const sum = exponentials.reduce((a, c) => a + c, 0);
  return exponentials.map((e) => e / sum);
}

async function classify(model: Model<Likelihood<'labels'>>, options: Partial<PredictOptions> = {}) {
  const prediction = await predict(model, {
    backend: reference(),
    parameters: patterned(model),
    inputs: patternedInputs(11, 3),
    ...options,
  });
  return prediction;
}

describe('types', () => {
  it('tell classes from values by the likelihood', () => {
    const model = classifier(noNoise());
    const options = { backend: reference(), parameters: {}, inputs: new Float32Array(3) };
    const under = <Targets extends TargetKind>(likelihood: Likelihood<Targets>) =>
      predict(withLikelihood(model, likelihood), options);
    expectTypeOf(() => predict(model, options)).returns.resolves.toEqualTypeOf<ClassificationPrediction>();
    expectTypeOf(under<'labels'>).returns.resolves.toEqualTypeOf<ClassificationPrediction>();
    expectTypeOf(under<'values'>).returns.resolves.toEqualTypeOf<RegressionPrediction>();
    // Of a kind that the compiler does not know; `kind` says which.
    const told = async (likelihood: Likelihood): Promise<Prediction> => under<TargetKind>(likelihood);
    const labels = async (likelihood: Likelihood) => {
      const prediction = await under<TargetKind>(likelihood);
      return prediction.kind === 'regression' ? prediction.mean : prediction.labels;
    };
    expectTypeOf(told).returns.resolves.toEqualTypeOf<Prediction>();
    expectTypeOf(labels).returns.resolves.toEqualTypeOf<Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>();
  });
});

describe('classification', () => {
  it('averages softmax and entropy over the samples that the model itself draws', async () => {
    const model = classifier(gaussianDropout({ type: 'B', rate: 0.4 }));
    const samples = 20;
    const prediction = await classify(model, { samples, seed: 9 });
    const outputs = samplesOf(model, patterned(model), patternedInputs(11, 3), samples, 9);
    // Weights 1/k are float32: factors of relative error u, and u/(k − 1) for what they leave, then the read's rounding.
    const bound = u * (4 + Math.log(samples));
    for (let row = 0; row < 11; row++) {
      const each = outputs.map((y) => softmax(y.subarray(row * 4, row * 4 + 4)));
      const mean = [0, 1, 2, 3].map((k) => each.reduce((sum, p) => sum + p[k], 0) / samples);
      mean.forEach((p, k) => {
        expect(Math.abs(prediction.probabilities[row * 4 + k] - p)).toBeLessThanOrEqual(bound);
      });
      const entropyOf = (p: readonly number[]) => -p.reduce((sum, value) => sum + value * Math.log(value), 0);
      expect(prediction.labels[row]).toBe(mean.indexOf(Math.max(...mean)));
      // dH = −Σ (log p + 1) dp, with p at least the smallest of the row.
      const slope = mean.reduce((sum, p) => sum + Math.abs(Math.log(p)) + 1, 0);
      expect(Math.abs(prediction.entropy[row] - entropyOf(mean))).toBeLessThanOrEqual(2 * bound * slope);
      const meanEntropy = each.reduce((sum, p) => sum + entropyOf(p), 0) / samples;
      const missing = mean.reduce((sum, average, k) => {
        const squares = each.reduce((total, p) => total + (p[k] - average) ** 2, 0);
        return sum + squares / (samples - 1) / average / (2 * samples);
      }, 0);
      const information = entropyOf(mean) - meanEntropy + missing;
      expect(Math.abs(prediction.mutualInformation[row] - information)).toBeLessThanOrEqual(
        2 * bound * slope + bound * Math.log(4) + 4 * bound,
      );
      expect(prediction.mutualInformation[row]).toBeGreaterThan(0);
    }
    expect(prediction).toMatchObject({ kind: 'classification', rows: 11, classes: 4, samples });
  });

  it.each([
    ['local', gaussianDropout({ type: 'B' }), localReparametrization()],
    ['separate', sparseVariational({ logVariance: -1 }), separateSamples()],
    ['single', sparseVariational({ logVariance: -1 }), singleSample()],
    ['single on inputs', bernoulli(), singleSample()],
    ['flipout', gaussianDropout({ type: 'B' }), flipout()],
  ] as const)('does not depend on batches, bit for bit: %s', async (_, noise, estimator) => {
    const model = classifier(noise, estimator);
    const [whole, sevens, ones] = [
      await classify(model, { samples: 3, batch: 1000 }),
      await classify(model, { samples: 3, batch: 7 }),
      await classify(model, { samples: 3, batch: 1 }),
    ];
    expect(sevens).toEqual(whole);
    expect(ones).toEqual(whole);
    // Noise that everything ignored would pass as well.
    expect((await classify(model, { samples: 3, seed: 1 })).probabilities).not.toEqual(whole.probabilities);
  });

  it('is the same with noise from the host, however its runs are cut', async () => {
    const model = classifier(gaussianDropout({ type: 'B' }));
    const expected = await classify(model, { samples: 5 });
    for (const [noisePerRun, runs] of [
      [2 ** 24, 1],
      // A sample takes 11 · (5 + 4) numbers of noise and its weight: two fit.
      [250, 3],
      [1, 5],
    ]) {
      const { backend, counts } = watched({ noise: 'host' });
      expect(await classify(model, { samples: 5, backend, noisePerRun })).toEqual(expected);
      expect(counts.runs).toBe(runs);
      expect(backend.liveTensors()).toBe(0);
    }
  });

  it('uses the means of the weights in mode mean, with 0 samples and without noise', async () => {
    const model = classifier(gaussianDropout({ type: 'B' }));
    const mean = await classify(model, { mode: 'mean' });
    expect(await classify(model, { samples: 0 })).toEqual(mean);
    expect(await classify(model, { mode: 'mean', samples: 0 })).toEqual(mean);
    await expect(classify(model, { mode: 'mean', samples: 8 })).rejects.toThrow(/samples: got 8 with mode 'mean'/);
    expect(mean.samples).toBe(0);
    expect([...mean.mutualInformation]).toEqual(new Array(11).fill(0));
    const plain = classifier(noNoise());
    const { backend, counts } = watched();
    expect(await classify(plain, { samples: 8, backend })).toEqual(mean);
    expect(counts.runs).toBe(1);
  });

  it('has the entropy of a fair die where all logits are equal', async () => {
    const model = sequential({ input: [2], layers: [dense({ units: 6, bias: false })] });
    const parameters = { 'dense1/weights': { shape: [2, 6], data: new Float32Array(12) } };
    const prediction = await classify(model, { parameters, inputs: new Float32Array([1, 2]) });
    expect(prediction.labels[0]).toBe(0);
    // Six probabilities rounded to float32, each moving −p log p by at most (log 6 − 1) times a rounding of 1/6.
    expect(Math.abs(prediction.entropy[0] - Math.log(6))).toBeLessThanOrEqual(u);
  });
});

describe('regression', () => {
  const likelihood = gaussian({ logVariance: -1.5 });
  const model = sequential({
    input: [3],
    layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 2 })],
    noise: sparseVariational({ logVariance: -2 }),
    likelihood,
  });
  const inputs = patternedInputs(5, 3);
  const parameters = patterned(model);

  it('gives mean and unbiased variance of the samples, and the learned variance', async () => {
    const samples = 25;
    const prediction = await predict(model, {
      backend: reference(),
      parameters,
      inputs,
      samples,
      seed: 3,
      batch: 2,
    });
    const outputs = samplesOf(model, parameters, inputs, samples, 3);
    const bound = u * (4 + Math.log(samples));
    for (let i = 0; i < 10; i++) {
      const values = outputs.map((y) => y[i]);
      const mean = values.reduce((a, c) => a + c, 0) / samples;
      const variance = values.reduce((sum, y) => sum + (y - mean) ** 2, 0) / (samples - 1);
      const largest = Math.max(...values.map(Math.abs));
      expect(Math.abs(prediction.mean[i] - mean)).toBeLessThanOrEqual(bound * largest);
      // Each of the terms has two factors within 2·largest, each off by the means' error.
      expect(Math.abs(prediction.epistemicVariance[i] - variance)).toBeLessThanOrEqual(bound * 10 * largest ** 2);
      expect(variance).toBeGreaterThan(0);
      expect(prediction.aleatoricVariance[i]).toBe(Math.fround(Math.exp(-1.5)));
    }
    expect(prediction).toMatchObject({ kind: 'regression', rows: 5, outputs: 2, samples });
  });

  it('finds the variance of one noisy weight, within its own sampling error', async () => {
    const one = sequential({ input: [1], layers: [dense({ units: 1 })], noise: sparseVariational(), likelihood });
    const samples = 4000;
    const prediction = await predict(one, {
      backend: reference(),
      parameters: {
        'dense1/weights': { shape: [1, 1], data: new Float32Array([0.7]) },
        'dense1/bias': { shape: [1], data: new Float32Array([0.25]) },
        'dense1/logVariance': { shape: [1, 1], data: new Float32Array([Math.log(0.09)]) },
        'likelihood/logVariance': { shape: [1], data: new Float32Array([0]) },
      },
      inputs: new Float32Array([2]),
      samples,
    });
    // Output N(0.7·2 + 0.25, 0.09·4). 6.11 deviations are a false alarm of 1e-9.
    expect(Math.abs(prediction.mean[0] - 1.65)).toBeLessThan(6.11 * Math.sqrt(0.36 / samples));
    expect(Math.abs(prediction.epistemicVariance[0] - 0.36)).toBeLessThan(6.11 * 0.36 * Math.sqrt(2 / (samples - 1)));
  });

  it('has no epistemic variance with the means of the weights', async () => {
    const options = { backend: reference(), parameters, inputs };
    const mean = await predict(model, { ...options, mode: 'mean' });
    expect([...mean.epistemicVariance]).toEqual(new Array(10).fill(0));
    const once = await predict(model, { ...options, samples: 1 });
    expect([...once.epistemicVariance]).toEqual(new Array(10).fill(0));
    expect(once.mean).not.toEqual(mean.mean);
  });

  it('refuses a likelihood that says nothing of the distribution of targets, when the model is made', () => {
    const { predictive: _, ...absolute } = { ...likelihood, name: 'absolute' };
    expect(() => withLikelihood(model, absolute as never)).toThrow(
      expect.objectContaining({
        code: 'VARDROP_OPTION',
        message: expect.stringMatching(/likelihood: got an object with .*needs/),
      }),
    );
  });
});

describe('what is compiled and left over', () => {
  const model = classifier(gaussianDropout({ type: 'B' }));

  it.each([
    [11, 4, 2],
    [12, 4, 1],
    [3, 1000, 1],
  ])('compiles for %d rows in batches of %d %d programs, and frees everything', async (rows, batch, programs) => {
    const { backend, counts } = watched();
    const kept = backend.upload(new Float32Array(1), []);
    await classify(model, { backend, inputs: patternedInputs(rows, 3), batch });
    expect(counts).toMatchObject({ compiled: programs, freed: programs });
    expect(backend.liveTensors()).toBe(1);
    backend.dispose(kept);
  });

  it.each(['device', 'host'] as const)('leaves nothing behind wherever it fails, noise on the %s', async (noise) => {
    const whole = watched({ noise });
    await classify(model, { backend: whole.backend, batch: 4, samples: 2 });
    expect(whole.counts.calls).toBeGreaterThan(20);
    for (let failAt = 1; failAt <= whole.counts.calls; failAt++) {
      const { backend, counts } = watched({ noise, failAt });
      await expect(classify(model, { backend, batch: 4, samples: 2 })).rejects.toThrow('the device is lost');
      expect(backend.liveTensors()).toBe(0);
      expect(counts.freed).toBe(counts.compiled);
    }
  });

  it('keeps its programs from run to run, and takes calls in turn', async () => {
    const { backend, counts } = watched();
    const predictor = createPredictor(model, { backend, batch: 4, samples: 2 });
    const parameters = Object.fromEntries(
      Object.entries(patterned(model)).map(([name, { data, shape }]) => [name, backend.upload(data, shape)]),
    );
    const live = backend.liveTensors();
    const inputs = patternedInputs(11, 3);
    const [first, second] = await Promise.all([predictor.run(parameters, inputs), predictor.run(parameters, inputs)]);
    expect(second).toEqual(first);
    expect(first).toEqual(await classify(model, { samples: 2 }));
    expect(counts.compiled).toBe(2);
    await predictor.run(parameters, patternedInputs(6, 3));
    expect(counts).toMatchObject({ compiled: 3, freed: 1 });
    const pending = predictor.run(parameters, inputs);
    predictor.dispose();
    await expect(pending).rejects.toMatchObject({ code: 'VARDROP_DISPOSED' });
    expect(counts.freed).toBe(3);
    expect(backend.liveTensors()).toBe(live);
    await expect(predictor.run(parameters, inputs)).rejects.toMatchObject({ code: 'VARDROP_DISPOSED' });
  });

  it('stops at a signal, with its reason', async () => {
    const { backend, counts } = watched();
    await expect(classify(model, { backend, signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    expect(counts.runs).toBe(0);
    const controller = new AbortController();
    setTimeout(() => controller.abort('later'), 0);
    // Batches of one row: without a turn of the event loop between them the timer would fire too late.
    await expect(
      classify(model, { backend, batch: 1, inputs: patternedInputs(500, 3), signal: controller.signal }),
    ).rejects.toBe('later');
    expect(counts.runs).toBeLessThan(500);
    expect(backend.liveTensors()).toBe(0);
    expect(counts.freed).toBe(counts.compiled);
  });
});

describe('many samples', () => {
  const model = classifier(gaussianDropout({ type: 'B' }));

  it('come to the same in runs of any length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 3 }), async (samples, rows) => {
        const inputs = patternedInputs(rows, 3);
        const { backend, counts } = watched({ noise: 'host' });
        const one = await classify(model, { backend, inputs, samples, noisePerRun: 1 });
        expect(counts.runs).toBe(samples);
        expect(await classify(model, { inputs, samples })).toEqual(one);
      }),
      { numRuns: 8 },
    );
  });

  it('take a bounded number of tensors, however many they are, and end at a signal', async () => {
    const { backend, counts } = watched();
    let most = 0;
    const controller = new AbortController();
    const counting: Backend = {
      ...backend,
      upload(data, shape) {
        most = Math.max(most, backend.liveTensors());
        return backend.upload(data, shape);
      },
    };
    setTimeout(() => controller.abort('later'), 100);
    const inputs = patternedInputs(1, 3);
    const endless = classify(model, { backend: counting, inputs, samples: 1e9, signal: controller.signal });
    await expect(endless).rejects.toBe('later');
    expect(counts.runs).toBeGreaterThan(0);
    expect(most).toBeLessThan(100);
    expect(backend.liveTensors()).toBe(0);
  });

  it('are not begun where the signal was raised before', async () => {
    const { backend, counts } = watched();
    await expect(classify(model, { backend, signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    expect(counts.calls).toBe(0);
  });
});

it('copies what it is given before it returns', async () => {
  const model = classifier(gaussianDropout({ type: 'B' }));
  const inputs = patternedInputs(11, 3);
  const parameters = patterned(model);
  const expected = await classify(model, { inputs: inputs.slice(), parameters });
  const prediction = classify(model, { inputs, parameters });
  inputs.fill(7);
  for (const { data } of Object.values(parameters)) data.fill(7);
  expect(await prediction).toEqual(expected);
});

describe('bad input', () => {
  const model = classifier(gaussianDropout({ type: 'B' }));

  it.each([
    ['VARDROP_EMPTY', /got none/, { inputs: new Float32Array(0) }],
    ['VARDROP_SHAPE', /got 7 numbers, needs a multiple of 3/, { inputs: new Float32Array(7) }],
    ['VARDROP_NON_FINITE', /NaN in row 1, column 2/, { inputs: new Float32Array([0, 1, 2, 3, 4, Number.NaN]) }],
    ['VARDROP_NON_FINITE', /Infinity in row 0, column 1/, { inputs: new Float32Array([0, Infinity, 2]) }],
    ['VARDROP_OPTION', /samples: got -1/, { samples: -1 }],
    ['VARDROP_OPTION', /samples: got 2.5/, { samples: 2.5 }],
    ['VARDROP_OPTION', /batch: got 0/, { batch: 0 }],
    ['VARDROP_OPTION', /batch: got NaN/, { batch: Number.NaN }],
    ['VARDROP_OPTION', /noisePerRun: got 0/, { noisePerRun: 0 }],
    ['VARDROP_STATE', /'dense1\/weights': got nothing, needs \[3, 5\]/, { parameters: {} }],
    ['VARDROP_INVALID_SEED', /seed/, { seed: -1 }],
  ] as const)('%s: %s', async (code, message, options) => {
    const { backend } = watched();
    const rejection = expect(classify(model, { backend, ...options })).rejects;
    await rejection.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(backend.liveTensors()).toBe(0);
  });

  it('names the first row whose prediction is not finite', async () => {
    const parameters = patterned(model);
    parameters['dense2/bias'].data[1] = Number.NaN;
    await expect(classify(model, { parameters })).rejects.toMatchObject({
      code: 'VARDROP_NON_FINITE',
      message: expect.stringContaining('row 0'),
    });
  });

  it('refuses labels for outputs that are images', () => {
    const image = sequential({ input: [2, 2, 1], layers: [activation('relu')] });
    expect(() => predictionProgram(image, 'mean')).toThrow(expect.objectContaining({ code: 'VARDROP_SHAPE' }));
  });
});
