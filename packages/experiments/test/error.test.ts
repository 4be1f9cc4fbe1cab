import { adam, dense, fit, logAlphas, sequential, variationalDropout } from '@vardrop/core';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { dropoutModels, dropoutNames, dropoutNetwork, dropoutRates, rateSpeed } from '../src/error/dropoutModels.js';
import { fasterRates } from '../src/error/fasterRates.js';
import { publishedErrors, publishedWidths } from '../src/error/publishedErrors.js';
import { type ErrorPlan, errorExperiment, fullErrorPlan, type Json, quickErrorPlan } from '../src/index.js';
import { runTrial } from './runTrial.js';
import { tinyData } from './tinyData.js';

const plan: ErrorPlan = { epochs: 2, batch: 25, learningRate: 0.01, widths: [{ width: 8, seeds: 2 }] };
const setting = { data: tinyData(), quick: true, seed: 5 };
const experiment = errorExperiment(setting, plan);

/** A result as a trial returns it. */
function result(model: string, seed: number, error: number, width = 8): [string, Json] {
  return [`${model}-${width}-${seed}`, { model, width, seed, error, dataTerm: 0.5, alphas: [] }];
}

describe('trials', () => {
  it('are one training for each model, width and seed, each with a key of its own', () => {
    expect(experiment.trials.map(({ key }) => key)).toEqual(
      [5, 6].flatMap((seed) => dropoutNames.map((name) => `${name}-8-${seed}`)),
    );
    for (const each of [quickErrorPlan, fullErrorPlan]) {
      const { trials } = errorExperiment(setting, each);
      expect(new Set(trials.map(({ key }) => key)).size).toBe(trials.length);
      expect(trials.every(({ cost }) => cost > 0)).toBe(true);
    }
  });

  it.each(dropoutNames)('of %s give the same result again, and progress that ends at 1', async (name) => {
    const key = `${name}-8-5`;
    const [trial, again] = [experiment, errorExperiment(setting, plan)].map(({ trials }) =>
      trials.find((one) => one.key === key),
    );
    if (!trial || !again) throw new Error(`no trial ${key}`);
    const first = await runTrial(trial);
    expect((await runTrial(again)).result).toEqual(first.result);
    expect(JSON.parse(JSON.stringify(first.result))).toEqual(first.result);
    expect(first.shares.at(-1)).toBe(1);
    expect(first.shares).toEqual([...first.shares].sort((a, b) => a - b));
    const { alphas } = first.result as { alphas: number[] };
    expect(alphas).toHaveLength(dropoutModels[name].klWeight === undefined ? 0 : 4);
    expect(alphas.every((alpha) => alpha > 0 && alpha <= 1)).toBe(true);
  });

  it('end with the reason of the signal when that aborts', async () => {
    const reason = new Error('interrupted');
    await expect(runTrial(experiment.trials[0], AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('stop on the way when the signal aborts, and leave nothing behind', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const long = errorExperiment(setting, { ...plan, epochs: 100_000 });
    setTimeout(() => controller.abort(reason), 20);
    await expect(runTrial(long.trials[0], controller.signal)).rejects.toBe(reason);
  });
});

describe('networks', () => {
  it('have the same start whatever their noise, and noise on the input and on hidden units at the paper’s rates', () => {
    const shape = { inputs: 12, width: 8, classes: 3 };
    const plain = dropoutNetwork('none', shape);
    for (const name of dropoutNames) {
      const model = dropoutNetwork(name, shape);
      expect(model.layers.map(({ outputShape }) => outputShape[0])).toEqual([8, 8, 8, 3]);
      expect(model.parameters.filter((one) => !one.name.endsWith('/rho'))).toEqual([...plain.parameters]);
      const rho = model.parameters.filter((one) => one.name.endsWith('/rho'));
      const starts = rho.map(
        ({ initialize }) => 1 / (1 + Math.exp(-rateSpeed * (initialize as { value: number }).value)),
      );
      if (dropoutModels[name].klWeight === undefined) continue;
      // α = p/(1 − p) is ¼ and 1; learning cannot start at 1 itself.
      expect(starts[0]).toBeCloseTo(dropoutRates.input / (1 - dropoutRates.input), 12);
      expect(starts.slice(1).every((alpha) => alpha > 0.97 && alpha < 1)).toBe(true);
    }
  });

  it('divide the KL by three for A2', () => {
    expect(dropoutModels['variational-a2'].klWeight).toBe(1 / 3);
    expect(experiment.configuration.klWeights).toMatchObject({ 'variational-a': 1, 'variational-b': 1, binary: 0 });
  });
});

describe('fasterRates', () => {
  const rate = 0.3;
  const of = (type: 'A' | 'B', factor: number) => {
    const plain = variationalDropout({ type, alpha: 'input', rate } as { type: 'B'; alpha: 'input'; rate: number });
    const noise = factor === 1 ? plain : fasterRates(plain, factor);
    return sequential({
      input: [data.inputs],
      noise,
      layers: [dense({ units: 4, activation: 'relu' }), dense({ units: 3 })],
    });
  };
  const data = tinyData();
  const trained = async (type: 'A' | 'B', factor: number, epochs: number) => {
    const model = of(type, factor);
    const optimizer = adam({ learningRate: 0.001 });
    const backend = createReferenceBackend();
    const { state } = await fit(model, { backend, data: data.train, epochs, batch: 60, seed: 1, optimizer });
    return { model, state };
  };

  it.each(['A', 'B'] as const)('change how fast α of type %s is learned, and nothing else', async (type) => {
    const [slow, fast] = [await trained(type, 1, 1), await trained(type, 10, 1)];
    // Adam's first step moves everything by the learning rate: ρ by 0.001 or by ten times that, weights alike.
    expect(fast.state.parameters['dense1/weights']).toEqual(slow.state.parameters['dense1/weights']);
    const start = Math.log(rate / (1 - rate) / (1 - rate / (1 - rate)));
    const rhos = [slow, fast].map(({ model, state }) =>
      Array.from(logAlphas(model, state.parameters).dense1.values, (value) => value - Math.log1p(-Math.exp(value))),
    );
    // The numbers are float32: a millionth is ten of its roundings of log α.
    for (const rho of rhos[0]) expect(Math.abs(Math.abs(rho - start) - 0.001)).toBeLessThan(1e-6);
    for (const rho of rhos[1]) expect(Math.abs(Math.abs(rho - start) - 0.01)).toBeLessThan(1e-6);
    expect(rhos[1].map((rho) => rho > start)).toEqual(rhos[0].map((rho) => rho > start));
  });
});

describe('configuration', () => {
  it('is the same for the same plan, and differs for another', () => {
    expect(errorExperiment(setting, plan).configuration).toEqual(experiment.configuration);
    expect(errorExperiment(setting, { ...plan, epochs: 3 }).configuration).not.toEqual(experiment.configuration);
    expect(errorExperiment({ ...setting, seed: 6 }, plan).configuration).not.toEqual(experiment.configuration);
    expect(JSON.parse(JSON.stringify(experiment.configuration))).toEqual(experiment.configuration);
  });
});

describe('conclusion', () => {
  // Differences A − Gaussian A: −1 and −3, so mean −2, deviation √2, half width 12.7062 √2/√2.
  const results = new Map([
    result('variational-a', 5, 4),
    result('variational-a', 6, 5),
    result('gaussian-a', 5, 5),
    result('gaussian-a', 6, 8),
    result('binary', 5, 9),
  ]);
  const findings = experiment.conclude(results);
  const data = findings.data as unknown as {
    missing: number;
    comparisons: {
      learned: string;
      fixed: string;
      count: number;
      mean: number;
      interval: number[] | null;
      verdict: string;
    }[];
    curve: { model: string; width: number; count: number; mean: number; deviation: number | null }[];
  };

  it('has means and spreads of the results that there are', () => {
    expect(data.curve).toEqual([
      expect.objectContaining({ model: 'binary', width: 8, count: 1, mean: 9, deviation: null }),
      expect.objectContaining({ model: 'gaussian-a', count: 2, mean: 6.5 }),
      expect.objectContaining({ model: 'variational-a', count: 2, mean: 4.5 }),
    ]);
    expect(data.curve[1].deviation).toBeCloseTo(Math.sqrt(4.5), 12);
  });

  it('compares seed by seed', () => {
    const [first, second, ...others] = data.comparisons;
    expect(first).toMatchObject({
      learned: 'variational-a',
      fixed: 'gaussian-a',
      count: 2,
      mean: -2,
      verdict: 'no difference',
    });
    expect(first.interval?.[0]).toBeCloseTo(-14.7062, 4);
    expect(first.interval?.[1]).toBeCloseTo(10.7062, 4);
    expect(second).toMatchObject({ fixed: 'binary', count: 1, mean: -5, interval: null, verdict: 'undecided' });
    expect(others).toEqual([]);
  });

  it('says what is missing, and shows a dash for it', () => {
    expect(data.missing).toBe(experiment.trials.length - 5);
    expect(findings.sentences[0]).toContain('preliminary');
    const curve = findings.tables[0];
    expect(curve.rows).toHaveLength(dropoutNames.length);
    expect(curve.rows[0]).toEqual(['none', '–', '–']);
    expect(curve.rows.find(([name]) => name === 'Gaussian A')?.[1]).toBe('6.50 ± 2.12');
    for (const table of findings.tables) for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  });

  it('calls intervals without 0 by their side', () => {
    const decided = new Map(
      [5, 6].flatMap((seed) => [result('variational-b', seed, 4 + seed), result('gaussian-b', seed, 5 + seed)]),
    );
    const { comparisons } = experiment.conclude(decided).data as unknown as typeof data;
    expect(comparisons).toEqual([expect.objectContaining({ learned: 'variational-b', mean: -1, verdict: 'lower' })]);
  });

  it('has the published figures beside, drawn apart', () => {
    const wide = errorExperiment(setting, { ...plan, widths: [{ width: 100, seeds: 1 }] });
    const { tables, charts } = wide.conclude(new Map([result('none', 5, 3, 100)]));
    expect(tables[0].rows.map((row) => row[2])).toEqual(['1.44', '2.16', '2.40', '1.42', '1.51', '2.01', '1.58']);
    const published = charts.flatMap(({ series }) => series.filter((one) => one.published));
    expect(published.every(({ points }) => points.length === publishedWidths.length)).toBe(true);
    for (const name of dropoutNames) expect(publishedErrors[name]).toHaveLength(publishedWidths.length);
  });

  it('refuses a result of something else', () => {
    for (const trial of experiment.trials) {
      expect(trial.accepts(result('none', 5, 3, 100)[1])).toBe(false);
      expect(trial.accepts(null)).toBe(false);
    }
  });
});
