import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromRows } from '@vardrop/core';
import { loadNetwork } from '@vardrop/core/node';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvOf } from '../src/files/csv.js';
import { runCommand } from './runCommand.js';

let directory: string;
const home = process.cwd();
const count = 120;

/** Flats: a price that depends on size and city, ages of which some are missing, and what follows from the price. */
function flats(): readonly Readonly<Record<string, string>>[] {
  const draws = random.uniform(random.key(5), 3 * count);
  return Array.from({ length: count }, (_, i) => {
    const [size, city, noise] = draws.subarray(3 * i, 3 * i + 3);
    const name = ['Oslo', 'Bergen', 'Tromsø'][Math.floor(3 * city)];
    const price = 1000 * (30 + 80 * size) + (name === 'Oslo' ? 40_000 : 0) + 4000 * (noise - 0.5);
    return {
      // One row alone has a city of its own.
      city: i === 7 ? 'Bodø' : name,
      size: (30 + 80 * size).toFixed(2),
      age: i % 5 === 0 ? '' : `${i % 9}`,
      price: price.toFixed(0),
      sold: price > 80_000 ? 'yes' : 'no',
      grade: price > 110_000 ? 'high' : price > 75_000 ? 'low' : 'middle',
      visits: `${Math.floor(price / 20_000)}`,
      row: `${i}`,
    };
  });
}

const tableOf = (rows: readonly Readonly<Record<string, string>>[], names = Object.keys(rows[0])) =>
  csvOf(
    names.map((name) => ({ name, values: rows.map((row) => row[name]) })),
    rows.length,
  );

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-tables-'));
  process.chdir(directory);
  await writeFile('flats.csv', tableOf(flats()));
  // Columns in another order, without targets, and without those that are left aside.
  await writeFile('new.csv', tableOf(flats().slice(0, 4), ['age', 'size', 'city']));
  for (const name of ['dark', 'light']) {
    await mkdir(join('images', name), { recursive: true });
    for (let i = 0; i < 20; i++) {
      const data = Uint8Array.from(
        random.uniform(random.key(i + 1), 30),
        (draw) => 100 * draw + (name === 'dark' ? 0 : 120),
      );
      await writeFile(join('images', name, `${i}.png`), encode({ width: 5, height: 6, data, channels: 1, depth: 8 }));
    }
  }
});
afterAll(async () => {
  process.chdir(home);
  await rm(directory, { recursive: true });
});

const aside = 'sold,grade,visits,row,price';
const others = (target: string) =>
  aside
    .split(',')
    .filter((name) => name !== target)
    .join(',');
const training = (target: string, more = '') =>
  `train flats.csv --target ${target} --exclude ${others(target)} --layers 8 --epochs 15 --samples 5 --quiet --report r.html --json j.json ${more}`.trim();
const json = async (path = 'j.json') => JSON.parse(await readFile(path, 'utf8'));

describe('vardrop train on a table', () => {
  test.each<[string, string, string, readonly string[]]>([
    [
      'price',
      '',
      'price is numbers: likelihood gaussian, by the values',
      ['rmse', 'nll', 'crps', 'coverage50', 'coverage90'],
    ],
    [
      'sold',
      '',
      'sold is one of 2 classes (no, yes): likelihood binary',
      ['testError', 'nll', 'auroc', 'averagePrecision', 'ece'],
    ],
    ['grade', '', 'grade is one of 3 classes (high, low, middle): likelihood categorical', ['testError', 'nll', 'ece']],
    ['grade', '--likelihood ordinal', 'likelihood ordinal, as asked for', ['testError', 'nll', 'ece']],
    [
      'visits',
      '--likelihood poisson',
      'visits is counts: likelihood poisson',
      ['rmse', 'nll', 'crps', 'coverage50', 'coverage90'],
    ],
    [
      'price',
      '--likelihood heteroscedastic',
      'likelihood heteroscedastic',
      ['rmse', 'nll', 'crps', 'coverage50', 'coverage90'],
    ],
    ['price', '--likelihood laplace', 'likelihood laplace', ['rmse', 'nll', 'crps', 'coverage50', 'coverage90']],
    ['price', '--likelihood student-t', 'likelihood student-t', ['rmse', 'nll', 'crps', 'coverage50', 'coverage90']],
  ])('predicts %s %s', async (target, more, note, measures) => {
    const { code, stderr } = await runCommand(training(target, more));
    expect([code, stderr]).toEqual([0, expect.stringContaining(note)]);
    expect(Object.keys(await json())).toEqual([...measures, 'kl', 'seconds', 'backend', 'noise', 'seed']);
    const page = await readFile('r.html', 'utf8');
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    expect(page).toContain('α of the first layer by column');
  });

  test('has errors in the units of the target, and learns', async () => {
    await runCommand(training('price', '--epochs 80'));
    const { rmse, nll, crps } = await json();
    expect(rmse).toBeGreaterThan(500);
    expect(rmse).toBeLessThan(15_000);
    expect(crps).toBeLessThan(rmse);
    expect(nll).toBeGreaterThan(Math.log(1000));
  });

  test('takes several targets of one kind, and refuses those of several', async () => {
    const { code } = await runCommand(
      training('price', '').replace(
        '--target price --exclude sold,grade,visits,row',
        '--target price,size --exclude sold,grade,visits,row',
      ),
    );
    expect(code).toBe(0);
    const page = await readFile('r.html', 'utf8');
    for (const text of ['Intervals of size', 'of all 2 targets', 'in their standard deviations'])
      expect(page).toContain(text);
    const mixed = await runCommand('train flats.csv --target price,sold --quiet');
    expect([mixed.code, mixed.stderr]).toEqual([1, expect.stringContaining('price (numbers) and sold (classes)')]);
  });

  test('goes on from a checkpoint bit for bit, and not with other data', async () => {
    await runCommand(training('price', '--epochs 4 --checkpoint whole.safetensors'));
    const parts = training('price', '--epochs 4 --checkpoint parts.safetensors').replace('--quiet ', '');
    const stopped = await runCommand(parts, (text, interrupt) => text.startsWith('epoch 2') && interrupt());
    expect(stopped.code).toBe(130);
    const resume = 'train --resume parts.safetensors --checkpoint parts.safetensors --quiet --report r.html --data';
    expect((await runCommand(`${resume} flats.csv`)).code).toBe(0);
    const [whole, both] = await Promise.all(['whole', 'parts'].map((name) => readFile(`${name}.safetensors`)));
    expect(both.equals(whole)).toBe(true);
    await writeFile('other.csv', tableOf(flats().slice(1)));
    expect((await runCommand(`${resume} other.csv`)).stderr).toContain('was trained on flats.csv (digest');
  });

  test.each<[string, string, string]>([
    [
      'flats.csv',
      'VARDROP_TARGET',
      '--target: got none for flats.csv, needs the name of the column to predict, one of city, size',
    ],
    ['flats.csv --target prise', 'VARDROP_COLUMN', "Did you mean 'price'"],
    ['flats.csv --target grade --likelihood binary', 'VARDROP_TASK', 'grade with 3 classes'],
    ['flats.csv --target city --likelihood gaussian', 'VARDROP_COLUMN_KIND', "column 'city'"],
    ['images --target price', 'VARDROP_TARGET', '--target: got it with images, which are images'],
    ['images --folds 2', 'VARDROP_TARGET', '--folds: got it with images'],
    ['short.csv --target b', 'VARDROP_TOO_FEW_ROWS', 'got 3 rows, needs at least 10'],
    ['open.csv --target b', 'VARDROP_CSV', 'open.csv'],
    ['uneven.csv --target b', 'VARDROP_ROW_LENGTH', 'uneven.csv, row 2'],
    ['none.csv --target b', 'VARDROP_FILE', 'none.csv: got no such file'],
  ])('refuses %s', async (words, code, message) => {
    await writeFile('short.csv', 'a,b\n1,2\n2,3\n4,5\n');
    await writeFile('open.csv', 'a,b\n1,2\n2,"3\n4,5\n');
    await writeFile('uneven.csv', 'a,b\n1,2\n2\n4,5\n');
    const before = await readdir('.');
    const result = await runCommand(
      `train ${words} --verbose --report new.html --network new.safetensors --quiet`.replace(
        words.includes('--folds') ? ' --network new.safetensors' : ' --nothing',
        '',
      ),
    );
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(message);
    expect(result.stderr).toContain(code);
    expect(await readdir('.')).toEqual(before);
  });
});

describe('--folds', () => {
  test('tests each row once, with mean and deviation, the same each time', async () => {
    const line = training('price', '--folds 3');
    const { stdout } = await runCommand(line);
    expect(stdout).toMatch(/^fold +RMSE +NLL +CRPS/m);
    expect(stdout).toMatch(/^mean .*\ndeviation /m);
    const first = await json();
    const rmse = first.runs.map((fold: { rmse: number }) => fold.rmse);
    expect(rmse).toHaveLength(3);
    const mean = (rmse[0] + rmse[1] + rmse[2]) / 3;
    expect(first.mean.rmse).toBeCloseTo(mean, 6);
    expect(first.deviation.rmse).toBeCloseTo(Math.hypot(...rmse.map((each: number) => each - mean)) / Math.SQRT2, 6);
    expect(await readFile('r.html', 'utf8')).toContain('Cross-validation');
    await runCommand(line);
    expect((await json()).mean).toEqual(first.mean);
    await runCommand(`${line} --seed 2`);
    expect((await json()).mean.rmse).not.toBe(first.mean.rmse);
  });
});

describe('--trials', () => {
  const line = (trials: number, file: string, more = '') =>
    training('price', `--epochs 3 --trials ${trials} --trials-file ${file} ${more}`);
  const linesOf = async (path: string) =>
    (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((each) => ({ ...JSON.parse(each), seconds: 0 }));

  test('is the same whether it was interrupted or not, and reports what was tried', async () => {
    const { stdout } = await runCommand(line(3, 'whole.jsonl'));
    expect(stdout).toMatch(/What was tried, the best first:\ntrial +noise +KL weight/);
    const whole = await linesOf('whole.jsonl');
    expect(whole.map(({ type }) => type)).toEqual(['search', 'trial', 'trial', 'trial']);
    const { tried, noise } = await json();
    const best = [...tried].sort((a, b) => a.validationNll - b.validationNll)[0];
    expect(noise).toBe(best.noise);
    await runCommand(line(1, 'parts.jsonl'));
    // A line that a killed process has not ended.
    await writeFile('parts.jsonl', `${await readFile('parts.jsonl', 'utf8')}{"type":"tri`);
    const loud = line(3, 'parts.jsonl').replace('--quiet ', '');
    const stopped = await runCommand(loud, (text, interrupt) => text.startsWith('trial 3') && interrupt());
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      expect.stringContaining('2 of 3 trials are kept in parts.jsonl'),
    ]);
    await runCommand(line(3, 'parts.jsonl'));
    const parts = (await readFile('parts.jsonl', 'utf8')).split('\n').filter((each) => each.endsWith('}'));
    expect(parts.map((each) => ({ ...JSON.parse(each), seconds: 0 }))).toEqual(whole);
  });

  test('keeps what was given, and refuses the file of another search', async () => {
    await runCommand(line(2, 'given.jsonl', '--noise mean-field'));
    expect((await linesOf('given.jsonl')).slice(1).map(({ noise }) => noise)).toEqual(['mean-field', 'mean-field']);
    for (const more of ['', '--noise mean-field --batch 9', '--noise mean-field --seed 3']) {
      const { code, stderr } = await runCommand(line(2, 'given.jsonl', more));
      expect([code, stderr]).toEqual([1, expect.stringContaining('--trials-file: got given.jsonl with trials with')]);
    }
    await writeFile('text.jsonl', 'hello\n');
    expect((await runCommand(line(2, 'text.jsonl'))).stderr).toContain('a line that is not JSON');
  });
});

describe('a network file', () => {
  test('predicts in another command what it predicts in this process', async () => {
    await runCommand(training('price', '--network price.safetensors'));
    const { code, stdout } = await runCommand(
      'predict price.safetensors new.csv --output p.csv --samples 7 --seed 3 --backend reference',
    );
    expect([code, stdout]).toEqual([0, 'p.csv: predictions of 4 rows, 7 samples\n']);
    const lines = (await readFile('p.csv', 'utf8')).trim().split('\n');
    expect(lines[0]).toBe(
      'price,price deviation,price noise,price weights,price quantile 0.05,price quantile 0.5,price quantile 0.95',
    );
    const backend = createReferenceBackend();
    const network = await loadNetwork('price.safetensors', { backend, targets: 'values' });
    const table = tableFromRows(flats().slice(0, 4));
    const { mean, epistemicVariance, aleatoricVariance } = await network.predict(table, { samples: 7, seed: 3 });
    lines.slice(1).forEach((line, row) => {
      const [value, deviation, , , lower, middle, upper] = line.split(',').map(Number);
      expect(value).toBe(mean[row]);
      expect(deviation).toBe(Math.sqrt(epistemicVariance[row] + aleatoricVariance[row]));
      expect(lower < middle && middle < upper).toBe(true);
    });
    await backend.close();
  });

  test('is measured on rows with targets', async () => {
    await runCommand(training('sold', '--network sold.safetensors'));
    const { code, stdout } = await runCommand('evaluate sold.safetensors flats.csv --json e.json');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^test error .*\nNLL .* nats per row\nAUROC /);
    expect(await json('e.json')).toMatchObject({ rows: count, samples: 20, backend: 'wasm' });
    expect((await runCommand('evaluate sold.safetensors new.csv')).stderr).toContain(
      "new.csv, column 'sold': got no such column",
    );
    await runCommand('predict sold.safetensors new.csv --output p.csv');
    expect(await readFile('p.csv', 'utf8')).toMatch(/^sold,probability yes,entropy,mutual information\n(yes|no),/);
  });

  test('has all classes with their probabilities', async () => {
    await runCommand(training('grade', '--network grade.safetensors --checkpoint grade-state.safetensors'));
    await runCommand('predict grade.safetensors new.csv --output p.csv');
    const [heading, first] = (await readFile('p.csv', 'utf8')).split('\n');
    expect(heading).toBe('grade,probability high,probability low,probability middle,entropy,mutual information');
    const [grade, ...numbers] = first.split(',');
    const probabilities = numbers.slice(0, 3).map(Number);
    expect(['high', 'low', 'middle'][probabilities.indexOf(Math.max(...probabilities))]).toBe(grade);
    expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 5);
    for (const from of ['grade', 'grade-state'])
      expect((await runCommand(`export --checkpoint ${from}.safetensors --output n.onnx`)).code).toBe(0);
  });

  test('refuses rows with faults, with file, row and column, and leaves nothing', async () => {
    await runCommand(training('price', '--network price.safetensors'));
    for (const [content, message] of [
      ['city,size\nOslo,30\n', "bad.csv, column 'age': got no such column"],
      ['city,size,age\nOslo,30,1\nParis,40,2\n', "bad.csv, row 2, column 'city': got 'Paris'"],
      ['city,size,age\nOslo,large,1\n', "bad.csv, row 1, column 'size': got 'large'"],
      ['city,size,age\nOslo,30\n', 'bad.csv, row 1'],
    ]) {
      await writeFile('bad.csv', content);
      const { code, stderr } = await runCommand('predict price.safetensors bad.csv --output never.csv');
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    }
    expect(await readdir('.')).not.toContain('never.csv');
    expect((await runCommand('predict price.safetensors images --output never.csv')).stderr).toContain(
      'got the folder images',
    );
    expect((await runCommand('predict price.safetensors new.csv --output new.csv')).stderr).toContain(
      'needs a file of its own',
    );
  });
});

describe('a folder of images', () => {
  test('is trained on, predicted and measured, with the names of its classes', async () => {
    const { code, stderr } = await runCommand(
      'train images --layers 6 --epochs 20 --batch 8 --learning-rate 0.02 --quiet --report r.html --json j.json --network images.safetensors',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect((await json()).testError).toBe(0);
    expect((await runCommand('evaluate images.safetensors images')).stdout).toMatch(/^test error +0\.00 %/);
    await runCommand('predict images.safetensors images --output p.csv');
    const lines = (await readFile('p.csv', 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('image,class,probability dark,probability light,entropy,mutual information');
    for (const line of lines.slice(1)) expect(line).toMatch(/^(dark|light)\/\d+\.png,\1,/);
  });
});
