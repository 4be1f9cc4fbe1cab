import { dense, sequential } from '@vardrop/core';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { type Json, type UncertaintyPlan, uncertaintyExperiment } from '../src/index.js';
import { energies } from '../src/uncertainty/energies.js';
import { imageMethodNames } from '../src/uncertainty/imageMethods.js';
import { gapData, placeNames, regressionMethodNames } from '../src/uncertainty/regressionMethods.js';
import { blurred, inverted, rotated } from '../src/uncertainty/shiftedImages.js';
import { createTrainer } from '../src/uncertainty/trainedNetworks.js';
import type { ImageResult, RegressionResult } from '../src/uncertainty/uncertaintyResult.js';
import { memoryContext } from './memoryContext.js';
import { runTrial } from './runTrial.js';
import { tinyData } from './tinyData.js';

const plan: UncertaintyPlan = {
  ...{ seeds: 2, hidden: [6], epochs: 4, batch: 20, learningRate: 0.02, samples: 4, members: 2 },
  ...{ trainRows: 50, testRows: 30, degrees: [30, 90], regressionEpochs: 4 },
};
const data = tinyData('tiny', [4, 3, 1]);
const setting = { data, quick: true, seed: 5 };
const experiment = uncertaintyExperiment(setting, plan);
const trialOf = (key: string, of = experiment) => {
  const found = of.trials.find((one) => one.key === key);
  if (!found) throw new Error(`no trial ${key}`);
  return found;
};

describe('trials', () => {
  it('are one for each method and seed, with keys of their own', () => {
    const keys = experiment.trials.map(({ key }) => key);
    expect(new Set(keys).size).toBe(2 * (imageMethodNames.length + regressionMethodNames.length));
    expect(experiment.trials.every(({ cost }) => cost > 0)).toBe(true);
    expect(uncertaintyExperiment(setting).trials).toHaveLength(keys.length);
    expect(uncertaintyExperiment({ ...setting, quick: false }).trials).toHaveLength((5 / 2) * keys.length);
  });

  it.each(imageMethodNames)('of images by %s give the same again', async (method) => {
    const trial = trialOf(`images-${method}-5`);
    const { result, shares } = await runTrial(trial);
    expect((await runTrial(trialOf(trial.key, uncertaintyExperiment(setting, plan)))).result).toEqual(result);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    const { turned, foreign } = result as ImageResult;
    expect(turned.map(({ degrees }) => degrees)).toEqual([30, 90]);
    expect(foreign.map(({ kind }) => kind)).toEqual(['noise', 'inverted', 'turned 90°', 'blurred']);
    const silent = method === 'none' || method === 'temperature';
    if (silent) expect(foreign.map(({ information }) => information.auroc)).toEqual([0.5, 0.5, 0.5, 0.5]);
    else expect(foreign.some(({ information }) => information.auroc !== 0.5)).toBe(true);
  });

  it.each(regressionMethodNames)('of regression by %s tell of all places', async (method) => {
    const { result } = await runTrial(trialOf(`regression-${method}-6`));
    const { places } = result as RegressionResult;
    expect(places.map(({ place }) => place)).toEqual(placeNames);
    for (const { width } of places) expect(width).toBeGreaterThan(0);
  });

  it('take foreign images of the same size', async () => {
    const foreign = { ...tinyData('letters', [4, 3, 1]), name: 'letters' };
    const { result } = await runTrial(trialOf('images-none-5', uncertaintyExperiment({ ...setting, foreign }, plan)));
    expect((result as ImageResult).foreign.map(({ kind }) => kind)).toContain('letters');
    const refused = (given: object) => () => uncertaintyExperiment({ ...setting, ...given }, plan);
    const other = tinyData('large', [4, 4, 1]);
    expect(refused({ foreign: other })).toThrow(expect.objectContaining({ code: 'VARDROP_EXPERIMENT_DATA' }));
    expect(refused({ data: tinyData() })).toThrow(expect.objectContaining({ code: 'VARDROP_EXPERIMENT_DATA' }));
  });

  it('stop on the way when the signal aborts, and leave nothing behind', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const long = uncertaintyExperiment(setting, { ...plan, epochs: 100_000 });
    setTimeout(() => controller.abort(reason), 20);
    await expect(runTrial(long.trials[0], controller.signal)).rejects.toBe(reason);
  });
});

describe('conclusions', () => {
  it('name what is missing, and have a row for each method with results', async () => {
    const keys = ['images-none-5', 'images-none-6', 'images-bernoulli-5', 'regression-fourier-5'];
    const results = new Map<string, Json>();
    for (const key of keys) results.set(key, JSON.parse(JSON.stringify((await runTrial(trialOf(key))).result)) as Json);
    const { sentences, tables, charts } = experiment.conclude(results);
    const all = experiment.trials.length;
    expect(sentences[0]).toBe(`${all - 4} of ${all} networks are missing, so these results are preliminary.`);
    expect(tables[0].rows.map(([name]) => name)).toEqual(['no noise', 'binary dropout ½']);
    expect(tables.at(-1)?.rows.map(([name]) => name)).toEqual(['last-layer Laplace on Fourier features']);
    for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length);
    expect(charts[0].series[0].points.map(({ x }) => x)).toEqual([0, 30, 90]);
    expect(experiment.conclude(new Map([...results].slice(3))).tables[0].rows).toEqual([]);
  });
});

describe('shifted images', () => {
  const shape = [5, 4, 2] as const;
  const images = Float32Array.from(random.uniform(random.key(3), 3 * 40));

  it('turn about the middle: four quarters of a square are the whole, and 360° nothing', () => {
    const square = [4, 4, 2] as const;
    const given = Float32Array.from(random.uniform(random.key(4), 64));
    const quarter = (x: ArrayLike<number>) => rotated(x, square, 90);
    const back = quarter(quarter(quarter(quarter(given))));
    given.forEach((value, i) => {
      expect(Math.abs(back[i] - value)).toBeLessThan(1e-5);
    });
    expect(quarter(given)).not.toEqual(given);
    rotated(images, shape, 360).forEach((value, i) => {
      expect(Math.abs(value - images[i])).toBeLessThan(1e-5);
    });
    // A pixel at the right of the middle row goes to the top or the bottom of the middle column.
    const dot = new Float32Array(9);
    dot[5] = 1;
    const turned = rotated(dot, [3, 3, 1], 90);
    expect(turned[1] + turned[7]).toBeCloseTo(1, 5);
  });

  it('are inverted twice as they were, and blurred with the same mass where nothing leaves', () => {
    inverted(inverted(images)).forEach((value, i) => {
      expect(Math.abs(value - images[i])).toBeLessThan(1e-6);
    });
    const [height, width, channels] = [21, 23, 2];
    const dot = new Float32Array(height * width * channels);
    dot[(10 * width + 11) * channels + 1] = 1;
    const found = blurred(dot, [height, width, channels], 1.5);
    const mass = (channel: number) => found.reduce((sum, value, i) => sum + (i % channels === channel ? value : 0), 0);
    expect(mass(1)).toBeCloseTo(1, 5);
    expect(mass(0)).toBe(0);
    const variance = found.reduce((sum, value, i) => sum + value * ((Math.floor(i / channels) % width) - 11) ** 2, 0);
    expect(Math.abs(variance / 1.5 ** 2 - 1)).toBeLessThan(0.05);
  });
});

describe('energies', () => {
  it('are −log Σ exp of the logits, averaged over networks', async () => {
    const backend = createReferenceBackend();
    const context = memoryContext(backend);
    const trainer = createTrainer(context, 2, 1);
    const model = sequential({ input: [12], layers: [dense({ units: 3 })] });
    const options = { data: data.train, epochs: 1, batch: 20, learningRate: 0.1, klWeight: 0 };
    const networks = [await trainer.train(model, 1, options), await trainer.train(model, 2, options)];
    const inputs = Float32Array.from(random.normal(random.key(8), 24));
    const found = await energies(networks, inputs);
    for (const row of [0, 1]) {
      const each = networks.map(({ parameters }) => {
        const logits = [0, 1, 2].map((k) =>
          Array.from(
            { length: 12 },
            (_, i) => inputs[12 * row + i] * parameters['dense1/weights'].data[3 * i + k],
          ).reduce((sum, value) => sum + value, parameters['dense1/bias'].data[k]),
        );
        return -Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      });
      expect(found[row]).toBeCloseTo((each[0] + each[1]) / 2, 5);
    }
    expect(backend.liveTensors()).toBe(0);
  });
});

describe('data with a gap', () => {
  it('have no rows in it, and others of another seed', () => {
    const { inputs, targets } = gapData(1);
    expect(inputs.some((x) => x > 0.2 && x < 0.9)).toBe(false);
    expect(Math.min(...inputs)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...inputs)).toBeLessThanOrEqual(2);
    expect(targets).toHaveLength(inputs.length);
    expect(gapData(2).inputs).not.toEqual(inputs);
  });
});
