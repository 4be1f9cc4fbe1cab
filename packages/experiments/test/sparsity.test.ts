import { adam, fit, initialState, predict } from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { type Json, readNetwork, type SparsityPlan, sparsityExperiment, sparsityPlans } from '../src/index.js';
import { keepZeros } from '../src/sparsity/keepZeros.js';
import { plainNetwork, type StoredNetwork, writeNetwork } from '../src/sparsity/networkFile.js';
import { klWeight } from '../src/sparsity/sparsityPlan.js';
import type { DenseResult, SparseResult } from '../src/sparsity/sparsityResult.js';
import { runTrial } from './runTrial.js';
import { tinyData } from './tinyData.js';

// Variances that start high and a threshold that is low: in two epochs some weights go, and some units with them.
const plan: SparsityPlan = {
  model: 'lenet-300-100',
  hidden: [8, 6],
  epochs: 2,
  batch: 25,
  learningRate: 0.01,
  fallsFrom: 1,
  kl: { from: 0, to: 1 },
  logVariance: -4,
  threshold: -2.5,
  fineTuning: { epochs: 2, learningRate: 0.01 },
  seeds: 2,
};
const data = tinyData();
const setting = { data, quick: true, seed: 3 };
const experiment = sparsityExperiment(setting, plan);
const trialOf = (key: string, of = experiment) => {
  const trial = of.trials.find((one) => one.key === key);
  if (!trial) throw new Error(`no trial ${key}`);
  return trial;
};

function read(files: ReadonlyMap<string, Uint8Array>, name: string): StoredNetwork {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`no file ${name}`);
  return readNetwork(bytes);
}

/** Weights, biases apart, counted layer by layer: those that are not 0, and all. */
function count({ model, parameters }: StoredNetwork) {
  return modelParts(model).map(({ name }) => {
    const weights = parameters[`${name}/weights`].data;
    return { nonZero: weights.filter((weight) => weight !== 0).length, all: weights.length };
  });
}

async function errorOf({ model, parameters }: StoredNetwork, test = data.test): Promise<number> {
  const { inputs, targets } = test;
  const prediction = await predict(model, { backend: createReferenceBackend(), parameters, inputs, mode: 'mean' });
  return (100 * prediction.labels.filter((label, row) => label !== targets[row]).length) / targets.length;
}

describe('trials', () => {
  it('are a dense and a sparse network for each seed', () => {
    expect(experiment.trials.map(({ key }) => key)).toEqual(['dense-3', 'sparse-3', 'dense-4', 'sparse-4']);
    expect(experiment.trials.every(({ cost }) => cost > 0)).toBe(true);
  });

  it('save the dense network that they measured', async () => {
    const { result, files } = await runTrial(trialOf('dense-3'));
    const { error, bytes } = result as unknown as DenseResult;
    expect([...files.keys()]).toEqual(['sparsity-dense-3.safetensors']);
    const network = read(files, 'sparsity-dense-3.safetensors');
    expect(files.get('sparsity-dense-3.safetensors')).toHaveLength(bytes);
    expect(count(network)).toEqual([12 * 8, 8 * 6, 6 * 3].map((all) => ({ nonZero: all, all })));
    expect(await errorOf(network)).toBe(error);
  });

  it('save pruned networks that are smaller, with the weights and errors that they report', async () => {
    const { result, files, shares } = await runTrial(trialOf('sparse-3'));
    const sparse = result as unknown as SparseResult;
    const pruned = read(files, 'sparsity-pruned-3.safetensors');
    const counted = count(pruned);
    expect(counted.map(({ nonZero }) => nonZero)).toEqual(sparse.layers.map(({ nonZero }) => nonZero));
    expect(counted.reduce((sum, { all }) => sum + all, 0)).toBe(sparse.weightsStored);
    expect(pruned.model.layers.map(({ outputShape }) => outputShape[0])).toEqual(
      sparse.layers.map((one) => one.unitsLeft),
    );
    // Something has gone, not everything, and units with it: else the test would see nothing.
    expect(sparse.weightsStored).toBeLessThan(12 * 8 + 8 * 6 + 6 * 3);
    expect(counted.every(({ nonZero }) => nonZero > 0)).toBe(true);
    expect(await errorOf(pruned)).toBe(sparse.error);
    const tuned = read(files, 'sparsity-tuned-3.safetensors');
    expect(await errorOf(tuned)).toBe(sparse.tunedError);
    expect(count(tuned).reduce((sum, { nonZero }) => sum + nonZero, 0)).toBe(sparse.tunedNonZero);
    for (const { name } of pruned.model.layers) {
      const [before, after] = [pruned, tuned].map(({ parameters }) => parameters[`${name}/weights`].data);
      expect(after).not.toEqual(before);
      expect(after.every((weight, i) => before[i] !== 0 || weight === 0)).toBe(true);
    }
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it('give the same results and files again', async () => {
    const [first, second] = [await runTrial(trialOf('sparse-4')), await runTrial(trialOf('sparse-4'))];
    expect(second.result).toEqual(first.result);
    expect([...second.files]).toEqual([...first.files]);
    expect(JSON.parse(JSON.stringify(first.result))).toEqual(first.result);
  });
});

describe('plans', () => {
  it('follow the published recipe where not quick', () => {
    const { full } = sparsityPlans['lenet-300-100'];
    expect(full).toMatchObject({
      hidden: [300, 100],
      epochs: 200,
      batch: 100,
      learningRate: 1e-3,
      fallsFrom: 100,
      kl: { from: 5, to: 20 },
      logVariance: -10,
      threshold: 3,
    });
    expect(sparsityExperiment({ ...setting, quick: false }).configuration).toMatchObject({
      epochs: 200,
      kl: { weight: 1 },
    });
  });

  it('weigh the KL with the bound’s own weight, or as with more images', () => {
    expect(klWeight(sparsityPlans['lenet-300-100'].full, 8000)).toBe(1);
    expect(klWeight(sparsityPlans['lenet-300-100'].quick, 8000)).toBe(0.2);
    expect(klWeight(sparsityPlans['lenet-300-100'].quick, 120_000)).toBe(1);
  });
});

describe('keepZeros', () => {
  it('trains what is not 0 as the optimizer does, and leaves the rest at 0', async () => {
    const model = plainNetwork({ input: [data.inputs], convolutions: 0, units: [4, data.classes] });
    const optimizer = keepZeros(adam({ learningRate: 0.01 }));
    const start = initialState(model, optimizer, 1);
    const weights = start.parameters['dense1/weights'];
    const half = weights.data.map((value, i) => (i % 2 === 0 ? value : 0));
    const parameters = { ...start.parameters, 'dense1/weights': { shape: weights.shape, data: half } };
    const { state } = await fit(model, {
      backend: createReferenceBackend(),
      data: data.train,
      optimizer,
      state: { ...start, parameters },
      epochs: 2,
    });
    state.parameters['dense1/weights'].data.forEach((value, i) => {
      if (i % 2 === 0) expect(value).not.toBe(half[i]);
      else expect(value).toBe(0);
    });
  });
});

describe('readNetwork', () => {
  it('refuses a file whose layers are not those of its metadata', () => {
    const model = plainNetwork({ input: [data.inputs], convolutions: 0, units: [4, data.classes] });
    const { parameters } = initialState(model, adam(), 1);
    const bytes = writeNetwork({ model, parameters });
    expect(readNetwork(bytes).parameters).toEqual(parameters);
    const text = new TextDecoder('latin1').decode(bytes).replace('"layers":"4"', '"layers":"5"');
    const changed = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(() => readNetwork(changed)).toThrow(expect.objectContaining({ code: 'VARDROP_CHECKPOINT_FOREIGN' }));
  });
});

describe('conclusion', () => {
  const dense = (seed: number, error: number): [string, Json] => [
    `dense-${seed}`,
    { network: 'dense', seed, error, bytes: 1000 },
  ];
  const sparse = (seed: number, error: number, nonZero: number): [string, Json] => [
    `sparse-${seed}`,
    {
      network: 'sparse',
      seed,
      unprunedError: error,
      error,
      tunedError: error - 0.1,
      layers: [{ weights: 1000, nonZero, units: 10, unitsLeft: 5 }],
      tunedNonZero: nonZero,
      weightsStored: 400,
      bytes: 500,
    },
  ];
  interface Data {
    networks: {
      name: string;
      leastCompression: number;
      goal: string;
      difference: { mean: number; interval: number[]; verdict: string } | null;
    }[];
    layerSparsity: { mean: number }[];
  }
  const conclude = (...results: [string, Json][]) => experiment.conclude(new Map(results));
  const networksOf = (...results: [string, Json][]) => (conclude(...results).data as unknown as Data).networks;

  it('takes differences seed by seed, and compression from the weights that are not 0', () => {
    // Differences 0.1 and 0.3: mean 0.2, deviation 0.1 √2, half width 12.7062 · 0.1.
    const { data: found, tables, charts } = conclude(dense(3, 2), dense(4, 3), sparse(3, 2.1, 20), sparse(4, 3.3, 10));
    const { networks, layerSparsity } = found as unknown as Data;
    expect(networks[0].leastCompression).toBe(50);
    expect(networks[0].difference?.mean).toBeCloseTo(0.2, 12);
    expect(networks[0].difference?.interval[0]).toBeCloseTo(0.2 - 1.27062, 5);
    expect(networks[0].difference?.interval[1]).toBeCloseTo(0.2 + 1.27062, 5);
    expect(networks[0].difference?.verdict).toBe('no difference');
    expect(networks[1].difference?.mean).toBeCloseTo(0.1, 12);
    expect(layerSparsity[0].mean).toBeCloseTo(98.5, 12);
    const drawn = charts[0].series.map(({ name, points }) => [name, points.length, points[0].x, points[0].y]);
    expect(drawn).toEqual([
      ['dense', 1, 1, 2.5],
      ['sparse, pruned', 1, 75, expect.closeTo(2.7, 12)],
      ['sparse, pruned and fine-tuned', 1, 75, expect.closeTo(2.6, 12)],
      ['sparse, published', 1, 68, 1.92],
    ]);
    for (const table of tables) for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  });

  it('holds the goal reached only where compression and the whole interval say so', () => {
    const goals = (...results: [string, Json][]) => networksOf(...results)[0].goal;
    expect(goals(dense(3, 2), dense(4, 3), sparse(3, 2.2, 20), sparse(4, 3.2, 20))).toBe('reached');
    expect(goals(dense(3, 2), dense(4, 3), sparse(3, 2.2, 20), sparse(4, 3.2, 21))).toBe('missed');
    expect(goals(dense(3, 2), dense(4, 3), sparse(3, 2.6, 20), sparse(4, 3.6, 20))).toBe('missed');
    expect(goals(dense(3, 2), dense(4, 3), sparse(3, 2.1, 20), sparse(4, 3.3, 20))).toBe('undecided');
    expect(goals(dense(3, 2), sparse(3, 2.1, 20))).toBe('undecided');
  });

  it('does with what there is', () => {
    expect(conclude(dense(3, 2)).sentences).toEqual([expect.stringContaining('3 of 4 networks are missing')]);
    expect(networksOf(sparse(3, 2, 10))[0].difference).toBeNull();
  });

  it('refuses a result of something else', () => {
    for (const [key, result] of [dense(3, 2), dense(4, 3), sparse(3, 2, 10), sparse(4, 2, 10)]) {
      for (const trial of experiment.trials) if (trial.key !== key) expect(trial.accepts(result)).toBe(false);
    }
  });
});
