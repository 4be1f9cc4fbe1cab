import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VardropError } from '@vardrop/core';
import {
  type Experiment,
  type Json,
  type SparsitySetting,
  sparsityExperiment,
  sparsityPlans,
  speedExperiment,
  varianceExperiment,
} from '@vardrop/experiments';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sparsityModels } from '../src/choices.js';
import { createReproduce, type ExperimentTable } from '../src/commands/reproduce.js';
import { main } from '../src/main.js';
import { experimentNames, experiments } from '../src/reproduce/experiments.js';
import { writeImages } from './writeImages.js';

let directory: string;
let data: string;
let count = 0;
let output: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-reproduce-'));
  data = join(directory, 'data');
  await mkdir(data);
  await writeImages(data, 'train', 60, 1);
  await writeImages(data, 't10k', 30, 2);
});
beforeEach(() => {
  output = join(directory, `output-${++count}`);
});
afterAll(() => rm(directory, { recursive: true }));

/** The variance experiment in seconds. */
const smallSizes = {
  units: [6],
  minibatch: 10,
  epochs: { early: 1, late: 2 },
  trainingBatch: 20,
  learningRate: 0.01,
  groups: 4,
  drawsPerGroup: 2,
  groupsPerTrial: 2,
};

let interrupt = (): void => {};
let ran: string[] = [];

/** An experiment of three trials, the second of which needs a file of the first. */
function toy(name: string, during: (trial: string) => void = () => {}): Experiment {
  const trial = (key: string, cost: number, run: Experiment['trials'][number]['run']) => ({
    key,
    label: `the ${key} one`,
    cost,
    run: async (context: Parameters<typeof run>[0]) => {
      ran.push(`${name} ${key}`);
      during(key);
      context.signal.throwIfAborted();
      return run(context);
    },
    accepts: (result: Json) => typeof result === 'number' || (typeof result === 'object' && result !== null),
  });
  return {
    name,
    configuration: { size: 3 },
    trials: [
      trial('first', 1, async ({ save }) => {
        await save(`${name}.safetensors`, Uint8Array.of(1, 2, 3));
        return 10;
      }),
      trial('second', 2, async ({ load }) => ((await load(`${name}.safetensors`)) ? 20 : -1)),
      trial('third', 1, async () => ({ value: 30 })),
    ],
    conclude: (results) => ({
      title: `A toy called <${name}>`,
      sentences: [`${results.size} results & no more.`],
      tables: [
        {
          title: 'Results',
          columns: ['trial', 'value', 'remark'],
          rows: [...results].map(([key, value]) => [key, '1,234 ± 0.5', typeof value]),
          note: 'A note.',
        },
      ],
      charts: [
        {
          title: 'Curve',
          x: { label: 'epoch', logarithmic: true },
          y: { label: 'ratio' },
          series: [
            { name: 'here', points: [10, 100].map((x, i) => ({ x, y: i + 1, low: i + 0.5, high: i + 1.5 })) },
            { name: 'here, published', published: true, points: [{ x: 10, y: 3 }] },
          ],
        },
      ],
      data: Object.fromEntries(results),
    }),
  };
}

const tableOf = (variance: ExperimentTable['variance']): ExperimentTable => ({
  ...experiments,
  variance,
  speed: async () => () => toy('speed'),
});
const toys = (during?: (trial: string) => void) => tableOf(async () => () => toy('variance', during));

/** Runs the command as a user would, over a table of experiments. */
async function run(line: string, table: ExperimentTable = toys(), words: readonly string[] = []) {
  const result = { stdout: '', stderr: '', code: -1 };
  const unwanted = async () => {
    throw new Error('not this command');
  };
  ran = [];
  const all = [...`reproduce ${line} --backend reference --data ${data} --output ${output}`.split(' '), ...words];
  result.code = await main(all, {
    loadTrain: unwanted,
    loadConformance: unwanted,
    loadCalibrate: unwanted,
    loadExport: unwanted,
    loadNewBackend: unwanted,
    loadPredict: unwanted,
    loadEvaluate: unwanted,
    loadBench: unwanted,
    loadReproduce: async () => createReproduce(table),
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
    variables: {},
    onInterrupt: (listener) => {
      interrupt = () => listener(130);
      return () => {};
    },
    exit: () => {},
  });
  return result;
}

const file = (name: string) => readFile(join(output, name), 'utf8');
const report = async () => JSON.parse(await file('out.json')) as Record<string, Json>;

describe('a run', () => {
  test('prints tables, writes a report, findings and results', async () => {
    const result = await run(`variance --json ${join(output, 'out.json')}`);
    expect([result.code, ran]).toEqual([0, ['variance first', 'variance second', 'variance third']]);
    expect(result.stdout).toContain(
      [
        'Results',
        'trial         value  remark',
        '------  -----------  ------',
        'first   1,234 ± 0.5  number',
        'second  1,234 ± 0.5  number',
        'third   1,234 ± 0.5  object',
        'A note.',
      ].join('\n'),
    );
    expect(result.stdout).toContain(`results: ${join(output, 'variance.json')}`);
    expect(result.stdout).toContain(`report: ${join(output, 'report.html')}`);
    expect((await readdir(output)).sort()).toEqual([
      'out.json',
      'report.html',
      'variance.json',
      'variance.safetensors',
    ]);
    const html = await file('report.html');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('A toy called &lt;variance&gt;');
    expect(html).toContain('3 results &amp; no more.');
    expect(html).toMatch(/<th scope="row">second<\/th><td>1,234 ± 0\.5<\/td>/);
    expect(html).toContain('stroke-dasharray="5 4"');
    expect(html).not.toMatch(/\b(NaN|undefined)\b/);
    expect(await report()).toMatchObject({
      format: 'vardrop reproduction',
      version: 1,
      interrupted: false,
      experiments: [
        {
          name: 'variance',
          trials: 3,
          done: 3,
          configuration: { backend: 'reference', quick: false, seed: 1, size: 3, data: { train: 60, test: 30 } },
          data: { first: 10, second: 20, third: { value: 30 } },
        },
      ],
    });
  });

  test('tells how far it is, in the order of the trials', async () => {
    const { stderr } = await run('variance');
    expect(stderr).toBe('0 %  variance: the first one  – left\n');
    expect((await run('variance --quiet --seed 2', toys(), ['--output', `${output}-2`])).stderr).toBe('');
  });

  test('of all runs every experiment; when it is done, another run computes nothing', async () => {
    const table = toys();
    for (const name of experimentNames) {
      Object.assign(table, { [name]: async () => () => toy(name) });
    }
    await run('all', table);
    expect(ran.filter((trial) => trial.endsWith('first'))).toEqual(experimentNames.map((name) => `${name} first`));
    const again = await run('all', table);
    expect([again.code, ran]).toEqual([0, []]);
    for (const name of experimentNames) expect(again.stdout).toContain(`${name}: A toy called <${name}>`);
  });
});

describe('--model', () => {
  test('chooses the network of sparsity, and is kept from the others', async () => {
    const given: Record<string, unknown> = {};
    const table = toys();
    for (const name of experimentNames) {
      Object.assign(table, {
        [name]: async () => (setting: { model?: string }) => {
          given[name] = setting.model;
          return toy(name);
        },
      });
    }
    const others = { variance: undefined, speed: undefined, error: undefined };
    expect((await run('all --model lenet-5', table)).code).toBe(0);
    expect(given).toEqual({ ...others, sparsity: 'lenet-5' });
    expect((await run('all', table)).code).toBe(0);
    expect(given).toEqual({ ...others, sparsity: 'lenet-300-100' });
  });

  test('names those that the experiment has', () => {
    expect(Object.keys(sparsityPlans)).toEqual(sparsityModels);
  });

  test('is part of what results are of', async () => {
    const plan = {
      epochs: 1,
      fallsFrom: 0,
      kl: { from: 0, to: 1 },
      fineTuning: { epochs: 1, learningRate: 0.1 },
      seeds: 1,
    };
    const sparsity = ({ model = 'lenet-300-100', ...setting }: SparsitySetting) => {
      const hidden = model === 'lenet-5' ? [2, 3, 4] : [5, 4];
      return sparsityExperiment(setting, { ...sparsityPlans[model].full, ...plan, hidden });
    };
    const small: ExperimentTable = { ...toys(), sparsity: async () => sparsity };
    const images = join(directory, 'images');
    await mkdir(images);
    await writeImages(images, 'train', 20, 1, [16, 18]);
    await writeImages(images, 't10k', 10, 2, [16, 18]);
    const words = ['--data', images, '--backend', 'tfjs:wasm'];
    const first = await run('sparsity --model lenet-5', small, words);
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringContaining('Sparsity by variational dropout, LeNet-5'),
    ]);
    const stored = JSON.parse(await file('sparsity.json'));
    expect(stored.configuration).toMatchObject({ model: 'lenet-5', hidden: [2, 3, 4] });
    expect(stored.results['sparse-1'].layers.map((layer: { weights: number }) => layer.weights)).toEqual([
      50, 150, 12, 12,
    ]);
    const again = await run('sparsity', small, words);
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toMatch(/got results with model "lenet-5", .*needs model "lenet-300-100"/);
  });

  test('is refused with other experiments, and for images that are too small', async () => {
    expect(await run('variance --model lenet-5 --verbose')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('VARDROP_OPTION_CLASH'),
    });
    expect(await run('sparsity --model lenet5 --verbose')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs one of lenet-300-100, lenet-5. Did you mean lenet-5?'),
    });
    expect(await run('sparsity --model lenet-5 --verbose')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('VARDROP_EXPERIMENT_DATA'),
    });
  });
});

describe('Ctrl-C', () => {
  test('ends the trial under way, reports what there is, and the next run goes on from there', async () => {
    const json = `--json ${join(directory, 'findings.json')}`;
    await run(`variance ${json}`, toys());
    const whole = { results: await file('variance.json'), report: await file('report.html') };
    output += '-again';
    const stopped = await run(
      `variance ${json}`,
      toys((key) => key === 'second' && interrupt()),
    );
    expect([stopped.code, ran]).toEqual([130, ['variance first', 'variance second']]);
    expect(stopped.stderr).toContain('Stopping; the current trial will run again.');
    expect(stopped.stdout).toMatch(/^The run was interrupted/);
    expect(stopped.stdout).toContain('(1 of 3 trials)');
    expect(await file('report.html')).toContain('1 of 3 trials have been run.');
    const resumed = await run(`variance ${json}`);
    expect([resumed.code, ran]).toEqual([0, ['variance second', 'variance third']]);
    expect(await file('variance.json')).toBe(whole.results);
    expect(await file('report.html')).toBe(whole.report);
  });

  test('before there is a result writes none', async () => {
    const stopped = await run(
      'variance',
      toys((key) => key === 'first' && interrupt()),
    );
    expect([stopped.code, stopped.stdout]).toEqual([130, '']);
    expect(stopped.stderr).toContain('Stopped before there was anything to report.');
    expect(await readdir(output)).toEqual([]);
  });

  test('in the variance experiment gives what an uninterrupted run gives, to the last digit', async () => {
    let measured = 0;
    const small = (during: () => void) =>
      tableOf(async () => ({ data, seed }) => {
        const experiment = varianceExperiment({ data, seed, ...smallSizes });
        const trials = experiment.trials.map((trial) => ({
          ...trial,
          run: async (context: Parameters<typeof trial.run>[0]) => {
            during();
            return trial.run(context);
          },
        }));
        return { ...experiment, trials };
      });
    const words = ['--backend', 'tfjs:wasm'];
    expect(
      (
        await run(
          'variance',
          small(() => {}),
          words,
        )
      ).code,
    ).toBe(0);
    const whole = await file('variance.json');
    output += '-again';
    const stopping = small(() => ++measured === 4 && interrupt());
    expect((await run('variance', stopping, words)).code).toBe(130);
    expect(Object.keys(JSON.parse(await file('variance.json')).results)).toHaveLength(3);
    expect(
      (
        await run(
          'variance',
          small(() => {}),
          words,
        )
      ).code,
    ).toBe(0);
    expect(await file('variance.json')).toBe(whole);
  });
});

test('the variance experiment gives the numbers of the float64 reference on tfjs, up to rounding', async () => {
  const small = tableOf(
    async () =>
      ({ data, seed }) =>
        varianceExperiment({ data, seed, ...smallSizes }),
  );
  const variances = async (backend: string): Promise<number[]> => {
    const words = ['--backend', backend, '--output', `${output}-${backend.replace(':', '-')}`];
    const json = join(directory, 'variances.json');
    expect((await run(`variance --json ${json}`, small, words)).code).toBe(0);
    const { experiments: found } = JSON.parse(await readFile(json, 'utf8'));
    return found[0].data.cells.flatMap((cell: { variances: Record<string, { value: number }> }) =>
      Object.values(cell.variances).map(({ value }) => value),
    );
  };
  const reference = await variances('reference');
  expect(reference).toHaveLength(16);
  // Some hundred roundings of 6e-8 on the way, most of which cancel; other noise would change them by tens of per cent.
  for (const [i, value] of (await variances('tfjs:wasm')).entries()) {
    expect(Math.abs(value / reference[i] - 1)).toBeLessThan(1e-5);
  }
});

describe('results that do not fit are refused, and left as they are', () => {
  const refuse = async (line: string, code: string, message: RegExp, words: readonly string[] = []) => {
    const before = await file('variance.json');
    const result = await run(`${line} --verbose`, toys(), words);
    expect([result.code, ran]).toEqual([1, []]);
    expect(result.stderr).toContain(`code: ${code}`);
    expect(result.stderr).toMatch(message);
    expect(await file('variance.json')).toBe(before);
  };

  test('of other options, naming them', async () => {
    await run('variance');
    await refuse(
      'variance --seed 2',
      'VARDROP_RESULTS_DIFFER',
      /got results with seed 1, needs seed 2 to go on from\. Choose another --output, remove the file, or give the options/,
    );
    await refuse('variance --quick', 'VARDROP_RESULTS_DIFFER', /with quick false, needs quick true/);
    await refuse('variance', 'VARDROP_RESULTS_DIFFER', /with backend "reference", needs backend "tfjs:wasm"/, [
      '--backend',
      'tfjs:wasm',
    ]);
    const changed = join(directory, 'changed');
    await mkdir(changed);
    await writeImages(changed, 'train', 60, 3);
    await writeImages(changed, 't10k', 30, 2);
    await refuse('variance', 'VARDROP_RESULTS_DIFFER', /data .*"digest"/, ['--data', changed]);
  });

  test('before another experiment of the same run computes anything', async () => {
    await run('variance');
    const table = toys();
    for (const name of experimentNames) Object.assign(table, { [name]: async () => () => toy(name) });
    const result = await run('all --seed 2', table);
    expect([result.code, ran]).toEqual([1, []]);
  });

  test('of another version, of something else, of unknown trials', async () => {
    await run('variance');
    const good = JSON.parse(await file('variance.json'));
    const put = (content: unknown) =>
      writeFile(join(output, 'variance.json'), typeof content === 'string' ? content : JSON.stringify(content));
    await put({ ...good, version: 2 });
    await refuse('variance', 'VARDROP_RESULTS_VERSION', /got version 2, needs version 1\. Choose another --output/);
    await put(JSON.stringify(good).slice(0, 40));
    await refuse('variance', 'VARDROP_RESULTS_CORRUPT', /variance\.json: got /);
    await put({ some: 'thing' });
    await refuse('variance', 'VARDROP_RESULTS_CORRUPT', /got other JSON/);
    await put({ ...good, experiment: 'speed' });
    await refuse('variance', 'VARDROP_RESULTS_CORRUPT', /got results of "speed"/);
    await put({ ...good, results: { fourth: 1 } });
    await refuse('variance', 'VARDROP_RESULTS_CORRUPT', /"fourth", which is not one of its trials/);
    await put({ ...good, results: { first: 'ten' } });
    await refuse('variance', 'VARDROP_RESULTS_CORRUPT', /"first" that this trial does not return/);
    await put({ ...good, results: null });
    await refuse('variance', 'VARDROP_RESULTS_CORRUPT', /without results/);
  });
});

test('a file that was changed since is not handed to later trials', async () => {
  const stop = toys((key) => key === 'second' && interrupt());
  await run('variance', stop);
  await writeFile(join(output, 'variance.safetensors'), 'something else');
  await run(`variance --json ${join(output, 'out.json')}`);
  expect(await report()).toMatchObject({ experiments: [{ data: { second: -1 } }] });
});

test('an error in a trial ends the run, and results before it are kept', async () => {
  const failing = toys((key) => {
    if (key === 'third') throw new VardropError('VARDROP_X', '[x] y: got a, needs b. Do c.');
  });
  const result = await run('variance', failing);
  expect([result.code, result.stdout]).toEqual([1, '']);
  expect(result.stderr).toContain('[x] y: got a, needs b. Do c.');
  expect(Object.keys(JSON.parse(await file('variance.json')).results)).toEqual(['first', 'second']);
});

test('wrong usage exits with 2, unusable outputs and data with 1, before anything is computed', async () => {
  const expectError = async (line: string, code: number, message: RegExp, words: readonly string[] = []) => {
    const result = await run(line, toys(), words);
    expect([result.code, ran, result.stdout]).toEqual([code, [], '']);
    expect(result.stderr).toMatch(message);
  };
  await expectError(
    'varianse',
    2,
    /experiment: got "varianse", needs one of variance, .*all\. Did you mean variance\?/,
  );
  await expectError('variance --seed x', 2, /--seed: got "x", needs a whole number/);
  await expectError('variance --backend cuda', 2, /--backend: got "cuda"/);
  await expectError('variance speed', 2, /arguments: got/);
  await expectError('variance', 1, /got no such directory/, ['--data', join(directory, 'nowhere')]);
  await expectError('variance', 1, /--json: got .*variance\.json, which is a file that --output writes as well/, [
    '--json',
    join(output, 'variance.json'),
  ]);
  const taken = join(directory, 'taken');
  await writeFile(taken, '');
  await expectError('variance', 1, /--output: got .*taken .*needs a directory/, ['--output', taken]);
});

test('the findings of speed fit a report', async () => {
  const table: ExperimentTable = {
    ...toys(),
    speed:
      async () =>
      ({ data, seed }) =>
        speedExperiment({ data, seed, cases: [{ width: 4, batch: 6 }], rounds: 2, share: 1, epoch: 60 }),
  };
  const result = await run('speed', table);
  expect(result.code).toBe(0);
  expect(result.stdout).toMatch(/36-4-4-4-3 +6 +[\d.,e−]+ +[\d.,e−]+ +[\d.,]+ +\S+ to \S+ +6 of 6/);
  expect(await file('report.html')).not.toMatch(/\b(NaN|undefined)\b/);
});
