import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnnx } from '@vardrop/adapter-onnx';
import { loadNetwork } from '@vardrop/core/node';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from './runCommand.js';

let directory: string;
const home = process.cwd();

/** Rows with a number and three classes that depend on two columns and on noise. */
function rows(count: number, seed: number): string {
  const draws = random.uniform(random.key(seed), 3 * count);
  const lines = Array.from({ length: count }, (_, i) => {
    const [a, b, noise] = draws.subarray(3 * i, 3 * i + 3);
    const size = 10 * a - 4 * b + noise;
    return [a.toFixed(3), b.toFixed(3), size.toFixed(3), size > 5 ? 'large' : size > 1 ? 'middle' : 'small'].join(',');
  });
  return `a,b,size,grade\n${lines.join('\n')}\n`;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-calibrated-'));
  process.chdir(directory);
  await writeFile('train.csv', rows(150, 1));
  await writeFile('other.csv', rows(80, 2));
  await writeFile('few.csv', rows(12, 3));
  await runCommand(training('grade', '--network grade.safetensors'));
  await runCommand(training('size', '--network size.safetensors'));
});
afterAll(async () => {
  process.chdir(home);
  await rm(directory, { recursive: true });
});

const training = (target: 'grade' | 'size', more = '') =>
  `train train.csv --target ${target} --exclude ${target === 'size' ? 'grade' : 'size'} --layers 8 --epochs 10 --quiet --report r.html --json j.json ${more}`.trim();
const json = async () => JSON.parse(await readFile('j.json', 'utf8'));
const posteriorOf = async (path: string) => (await loadNetwork(path, { backend: createReferenceBackend() })).posterior;

describe('vardrop train with a posterior', () => {
  test('--ensemble trains members from seeds one after the other, and keeps all of them in one file', async () => {
    const { code, stdout } = await runCommand(training('grade', '--seed 7 --ensemble 3 --network e.safetensors'));
    expect(code).toBe(0);
    const { runs, ...whole } = await json();
    expect(runs.map(({ seed }: { seed: number }) => seed)).toEqual([7, 8, 9, 7]);
    expect(whole.nll).toBe(runs[3].nll);
    for (const name of ['member 1', 'member 2', 'member 3', 'ensemble of 3']) expect(stdout).toContain(name);
    expect(await readFile('r.html', 'utf8')).toContain('Members and their ensemble');
    expect((await posteriorOf('e.safetensors'))?.settings).toEqual({ members: 3 });
    // A member alone is the training from its seed.
    await runCommand(training('grade', '--seed 8'));
    expect((await json()).nll).toBe(runs[1].nll);
    // 20 samples are no whole number of rounds of three.
    const predicted = await runCommand('predict e.safetensors other.csv --output p.csv');
    expect(predicted.stdout).toContain('80 rows, 21 samples');
    const evaluated = await runCommand('evaluate e.safetensors other.csv --json e.json');
    expect(evaluated.code).toBe(0);
    const single = await runCommand('evaluate grade.safetensors other.csv');
    expect(evaluated.stdout).not.toBe(single.stdout);
  });

  test('is exported with all its members, and refused where it would lose them', async () => {
    await runCommand(training('grade', '--ensemble 2 --network e2.safetensors'));
    const exported = await runCommand(
      'export --checkpoint e2.safetensors --kind sample --output e2.onnx --sparse --weights float16',
    );
    expect([exported.code, exported.stderr]).toEqual([0, '']);
    const alone = await runCommand('export --checkpoint grade.safetensors --kind sample --output one.onnx');
    expect(alone.code).toBe(0);
    const names = describeOnnx(await readFile('e2.onnx')).parameters.map(({ name }) => name);
    expect(names.some((name) => name.startsWith('posterior/'))).toBe(true);
    const mean = await runCommand('export --checkpoint e2.safetensors --output mean.onnx');
    expect([mean.code, mean.stderr]).toEqual([1, expect.stringContaining("needs 'sample'")]);
    const pruned = await runCommand('export --checkpoint e2.safetensors --kind sample --prune 3 --output pruned.onnx');
    expect([pruned.code, pruned.stderr]).toEqual([
      1,
      expect.stringContaining('--prune: got e2.safetensors with a posterior'),
    ]);
    await expect(stat('pruned.onnx')).rejects.toThrow();
  });

  test.each([
    ['--swag', 'swag', { rank: 20 }],
    ['--swag 3', 'swag', { rank: 3 }],
    ['--laplace', 'laplace', { layer: 'dense2' }],
    ['--laplace 2.5', 'laplace', { precision: 2.5 }],
  ])('%s', async (option, kind, settings) => {
    const { code } = await runCommand(training('grade', `--network n.safetensors ${option}`));
    expect(code).toBe(0);
    const posterior = await posteriorOf('n.safetensors');
    expect(posterior?.kind).toBe(kind);
    if (option !== '--swag') expect(posterior?.settings).toMatchObject(settings);
    expect(await readFile('r.html', 'utf8')).toContain(kind === 'swag' ? 'SWAG of rank' : 'last-layer Laplace');
  });

  test('after Ctrl-C an ensemble has the members that are whole', async () => {
    const line = training('grade', '--ensemble 4 --network i.safetensors').replace('--quiet ', '');
    const stoppedAfter = (wanted: number) => {
      let epochs = 0;
      return (text: string, interrupt: () => void) => {
        if (text.startsWith('epoch') && ++epochs === wanted) interrupt();
      };
    };
    const { code } = await runCommand(line, stoppedAfter(25));
    expect(code).toBe(130);
    expect((await posteriorOf('i.safetensors'))?.settings).toEqual({ members: 2 });
    await runCommand(line, stoppedAfter(5));
    expect(await posteriorOf('i.safetensors')).toBeUndefined();
  });

  test.each([
    ['--ensemble 3 --checkpoint c.safetensors', '--ensemble'],
    ['--ensemble 3 --swag', '--ensemble'],
    ['--ensemble 3 --laplace', '--ensemble'],
    ['--swag --laplace', '--swag'],
    ['--swag --checkpoint c.safetensors', '--swag'],
  ])('refuses %s before any work', async (options, named) => {
    const { code, stderr } = await runCommand(training('grade', `${options} --verbose`));
    expect(code).toBe(2);
    expect(stderr).toContain(`[vardrop train] ${named}:`);
    expect(stderr).toContain('VARDROP_OPTION_CLASH');
  });
});

describe('vardrop calibrate', () => {
  const calibrate = (network: string, more: string) =>
    runCommand(`calibrate ${network}.safetensors other.csv --output c.safetensors ${more}`);

  test('conformal gives sets that predict and evaluate show', async () => {
    const { code, stdout } = await calibrate('grade', '--coverage 0.8 --score aps');
    expect(code).toBe(0);
    expect(stdout).toMatch(/covered +– +\d/);
    const { calibration } = await loadNetwork('c.safetensors', { backend: createReferenceBackend() });
    expect(calibration).toHaveLength(1);
    await runCommand('predict c.safetensors other.csv --output p.csv');
    const lines = (await readFile('p.csv', 'utf8')).trim().split('\n');
    const [names, ...values] = lines.map((line) => line.split(','));
    const column = names.indexOf('set');
    for (const line of values) {
      const set = line[column].split(' | ');
      expect(set).toContain(line[0]);
      for (const name of set) expect(['large', 'middle', 'small']).toContain(name);
    }
    const evaluated = await runCommand('evaluate c.safetensors other.csv --json e.json');
    expect(evaluated.stdout).toMatch(/covered +\d.*\nsize of sets +[123]/);
    expect(JSON.parse(await readFile('e.json', 'utf8')).covered).toBeGreaterThanOrEqual(0.8);
  });

  test('conformal gives intervals of numbers, and selective accepted rows', async () => {
    expect((await calibrate('size', '--score quantile')).stdout).toContain('width of intervals');
    await runCommand('calibrate c.safetensors other.csv --method selective --coverage 0.7 --output s.safetensors');
    await runCommand('predict s.safetensors other.csv --output p.csv');
    const [names, ...lines] = (await readFile('p.csv', 'utf8')).trim().split('\n');
    expect(names).toContain('size lower,size upper,accepted');
    const cells = lines.map((line) => line.split(','));
    const at = (name: string) => names.split(',').indexOf(name);
    for (const row of cells) expect(Number(row[at('size lower')])).toBeLessThan(Number(row[at('size upper')]));
    const accepted = cells.filter((row) => row[at('accepted')] === 'yes').length / cells.length;
    expect(accepted).toBeGreaterThanOrEqual(0.7);
    expect(accepted).toBeLessThan(0.8);
    const evaluated = await runCommand('evaluate s.safetensors other.csv');
    expect(evaluated.stdout).toMatch(/covered.*\n.*width of intervals.*\n.*accepted.*\n.*RMSE of accepted/);
  });

  test.each(['temperature', 'isotonic'])('%s changes probabilities', async (method) => {
    expect((await calibrate('grade', `--method ${method}`)).code).toBe(0);
    const [before, after] = await Promise.all(
      ['grade', 'c'].map((name) => runCommand(`evaluate ${name}.safetensors other.csv`)),
    );
    expect(after.stdout).not.toBe(before.stdout);
  });

  test('says that halves are too few to measure with, and how many rows are needed where all are', async () => {
    const few = await runCommand('calibrate grade.safetensors few.csv --coverage 0.9 --output c.safetensors');
    expect(few.stdout).toContain('Too few rows to measure it');
    const { code, stderr } = await runCommand(
      'calibrate grade.safetensors few.csv --coverage 0.95 --output d.safetensors',
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('19')]);
    await expect(stat('d.safetensors')).rejects.toThrow();
  });

  test.each([
    ['--method temperature --coverage 0.9', 2, '--coverage: got it with --method temperature'],
    ['--method selective --score aps', 2, '--score: got it with --method selective'],
    ['--method conformal --measure entropy', 2, '--measure: got it with --method conformal'],
    ['--method platt', 2, 'needs one of conformal, selective, temperature, isotonic'],
    ['--coverage 1', 2, 'a probability between 0 and 1'],
    ['--score absolute', 1, "[conformal] score: got 'absolute'"],
  ])('refuses %s and leaves nothing', async (options, status, message) => {
    await rm('c.safetensors', { force: true });
    const { code, stderr } = await calibrate('grade', options);
    expect([code, stderr]).toEqual([status, expect.stringContaining(message)]);
    await expect(stat('c.safetensors')).rejects.toThrow();
  });
});
