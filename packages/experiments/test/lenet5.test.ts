import { predict } from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { readNetwork, type SparsityPlan, sparsityExperiment, sparsityPlans } from '../src/index.js';
import { lenet, smallestSide } from '../src/sparsity/lenet.js';
import { plainNetwork, type StoredNetwork, writeNetwork } from '../src/sparsity/networkFile.js';
import type { DenseResult, SparseResult } from '../src/sparsity/sparsityResult.js';
import { runTrial } from './runTrial.js';
import { tinyData } from './tinyData.js';

// 12 × 16, pooled to 6 × 8; 2 × 4, pooled to 1 × 2. As in the other test, a low threshold makes units go.
const data = tinyData('tiny images', [16, 20, 2]);
const plan: SparsityPlan = {
  ...sparsityPlans['lenet-5'].full,
  hidden: [4, 6, 7],
  epochs: 3,
  batch: 20,
  learningRate: 0.01,
  fallsFrom: 2,
  kl: { from: 1, to: 2 },
  logVariance: -6,
  threshold: -4,
  fineTuning: { epochs: 1, learningRate: 0.01 },
  seeds: 1,
};
const setting = { data, quick: true, seed: 5 };
const experiment = sparsityExperiment(setting, plan);
const weights = [5 * 5 * 2 * 4, 5 * 5 * 4 * 6, 2 * 6 * 7, 7 * 3];

function read(files: ReadonlyMap<string, Uint8Array>, name: string): StoredNetwork {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`no file ${name}`);
  return readNetwork(bytes);
}

function weightsOf({ model, parameters }: StoredNetwork) {
  return modelParts(model).map(({ name }) => parameters[`${name}/weights`]);
}

async function errorOf({ model, parameters }: StoredNetwork): Promise<number> {
  const { inputs, targets } = data.test;
  const prediction = await predict(model, { backend: createReferenceBackend(), parameters, inputs, mode: 'mean' });
  return 100 * (prediction.labels.filter((label, row) => label !== targets[row]).length / targets.length);
}

describe('LeNet-5', () => {
  it('has the layers and the weights of Caffe’s on digits of 28 × 28', () => {
    const { hidden } = sparsityPlans['lenet-5'].full;
    const model = lenet({ input: [28, 28, 1], convolutions: 2, units: [...hidden, 10] }, {});
    expect(model.layers.map(({ name, outputShape }) => [name, outputShape])).toEqual([
      ['conv2d1', [24, 24, 20]],
      ['maxPooling2d1', [12, 12, 20]],
      ['conv2d2', [8, 8, 50]],
      ['maxPooling2d2', [4, 4, 50]],
      ['flatten1', [800]],
      ['dense1', [500]],
      ['dense2', [10]],
    ]);
    // 431,080 with the 580 biases, as Caffe counts them.
    expect(model.parameters.map(({ shape }) => shape.reduce((product, size) => product * size, 1))).toEqual([
      500, 20, 25_000, 50, 400_000, 500, 5000, 10,
    ]);
  });

  it('is trained, pruned, fine-tuned and saved as LeNet-300-100 is', async () => {
    const [denseTrial, sparseTrial] = experiment.trials;
    const dense = await runTrial(denseTrial);
    const denseResult = dense.result as unknown as DenseResult;
    const whole = read(dense.files, 'sparsity-dense-5.safetensors');
    expect(weightsOf(whole).map(({ data: values }) => values.length)).toEqual(weights);
    expect(await errorOf(whole)).toBe(denseResult.error);

    const sparse = await runTrial(sparseTrial);
    const result = sparse.result as unknown as SparseResult;
    const pruned = read(sparse.files, 'sparsity-pruned-5.safetensors');
    expect(result.layers.map((layer) => layer.weights)).toEqual(weights);
    expect(weightsOf(pruned).map(({ data: values }) => values.filter((value) => value !== 0).length)).toEqual(
      result.layers.map(({ nonZero }) => nonZero),
    );
    expect(weightsOf(pruned).reduce((sum, { data: values }) => sum + values.length, 0)).toBe(result.weightsStored);
    expect(weightsOf(pruned).map(({ shape }) => shape[shape.length - 1])).toEqual(
      result.layers.map(({ unitsLeft }) => unitsLeft),
    );
    // Filters have gone, and not all of them.
    expect(result.layers[1].unitsLeft).toBeLessThan(6);
    expect(result.layers.every(({ nonZero, weights: all }) => nonZero > 0 && nonZero < all)).toBe(true);
    expect(await errorOf(pruned)).toBe(result.error);
    const tuned = read(sparse.files, 'sparsity-tuned-5.safetensors');
    expect(await errorOf(tuned)).toBe(result.tunedError);
    weightsOf(tuned).forEach(({ data: values }, i) => {
      const before = weightsOf(pruned)[i].data;
      expect(values).not.toEqual(before);
      expect(values.every((value, k) => before[k] !== 0 || value === 0)).toBe(true);
    });

    const { title, tables, sentences } = experiment.conclude(
      new Map([
        ['dense-5', dense.result],
        ['sparse-5', sparse.result],
      ]),
    );
    expect(title).toContain('LeNet-5');
    const byLayer = tables.find((table) => table.title === 'Layer by layer');
    expect(byLayer?.rows.map(([layer, all, kept, , , published]) => [layer, all, kept, published])).toEqual(
      ['convolution 1', 'convolution 2', 'dense 1', 'dense 2'].map((layer, i) => [
        layer,
        `${weights[i]}`,
        `${result.layers[i].nonZero}`,
        ['67.0', '98.0', '99.8', '95.0'][i],
      ]),
    );
    expect(sentences.at(-1)).toBe(
      'The published LeNet-5 has 280 fold fewer weights at 0.75 % error. That is another experiment: it had 60,000 training images, this one has 60.',
    );
  });

  it('needs more time where it has more products', () => {
    const wider = sparsityExperiment(setting, { ...plan, hidden: [8, 6, 7] });
    wider.trials.forEach(({ cost }, i) => {
      expect(cost).toBeGreaterThan(experiment.trials[i].cost);
    });
  });
});

describe('its plans', () => {
  it('follow the published recipe where not quick', () => {
    const { full, quick } = sparsityPlans['lenet-5'];
    expect(full).toEqual({ ...sparsityPlans['lenet-300-100'].full, model: 'lenet-5', hidden: [20, 50, 500] });
    const digits = tinyData('digits', [28, 28, 1]);
    const configurations = [false, true].map((quickly) => {
      return sparsityExperiment({ data: digits, seed: 1, quick: quickly, model: 'lenet-5' }).configuration;
    });
    expect(configurations.map(({ model, epochs }) => [model, epochs])).toEqual([
      ['lenet-5', 200],
      ['lenet-5', quick.epochs],
    ]);
    expect(quick.hidden).toEqual(full.hidden);
  });
});

describe('what it cannot take', () => {
  it('is refused: data without images, of another size, or too small', () => {
    expect(smallestSide(2)).toBe(16);
    for (const other of [tinyData(), { ...data, shape: undefined }, { ...data, shape: [16, 20, 1] as const }]) {
      expect(() => sparsityExperiment({ ...setting, data: other, model: 'lenet-5' })).toThrow(
        expect.objectContaining({ code: 'VARDROP_EXPERIMENT_DATA' }),
      );
    }
    const small = tinyData('small', [15, 20, 1]);
    expect(() => sparsityExperiment({ ...setting, data: small, model: 'lenet-5' })).toThrow(
      '[sparsityExperiment] data: got 300 values an image of shape [15, 20, 1], needs images [height, width, channels] of at least 16 × 16 pixels for LeNet-5.',
    );
    expect(sparsityExperiment({ ...setting, data: small }).configuration).toMatchObject({ model: 'lenet-300-100' });
  });

  it('is refused: an unknown model', () => {
    for (const model of ['lenet-4', 'toString', 3, null]) {
      expect(() => sparsityExperiment({ ...setting, model: model as 'lenet-5' })).toThrow(
        expect.objectContaining({ code: 'VARDROP_OPTION' }),
      );
    }
  });

  it('is refused: a file whose layers are not those of its metadata', () => {
    const model = plainNetwork({ input: [16, 20, 2], convolutions: 2, units: [3, 5, 7, 3] });
    const parameters = Object.fromEntries(
      model.parameters.map(({ name, shape }) => [
        name,
        { shape: [...shape], data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5) },
      ]),
    );
    const bytes = writeNetwork({ model, parameters });
    const again = readNetwork(bytes);
    expect(again.parameters).toEqual(parameters);
    expect(again.model.inputShape).toEqual([16, 20, 2]);
    const text = new TextDecoder('latin1').decode(bytes);
    for (const [from, to] of [
      ['"convolutions":"2"', '"convolutions":"1"'],
      ['"convolutions":"2"', '"convolutions":"x"'],
      ['"layers":"3,5,7"', '"layers":"3,5,8"'],
      ['"input":', '"inpux":'],
      ['"input":"16,20,2"', '"input":"16,20,1"'],
      ['"input":"16,20,2"', '"input":"16,28,2"'],
    ]) {
      expect(text).toContain(from);
      const changed = Uint8Array.from(text.replace(from, to), (character) => character.charCodeAt(0));
      expect(() => readNetwork(changed), to).toThrow(expect.objectContaining({ code: 'VARDROP_CHECKPOINT_FOREIGN' }));
    }
  });
});
