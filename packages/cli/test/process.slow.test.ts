import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeImages } from './writeImages.js';

const command = fileURLToPath(new URL('../bin/vardrop.js', import.meta.url));
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vardrop-process-'));
  await writeImages(root, 'train', 230, 1);
  await writeImages(root, 't10k', 60, 2);
  await end(start(root, [...train(1), '--checkpoint', 'network.safetensors']));
}, 60_000);
afterAll(() => rm(root, { recursive: true }));

/** A training on the small images that takes about 10 ms an epoch. */
const train = (epochs: number) =>
  `train --data ${root} --layers 12 --batch 50 --epochs ${epochs} --report report.html`.split(' ');

const start = (cwd: string, words: readonly string[]) =>
  spawn(process.execPath, [command, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });

type Child = ReturnType<typeof start>;

/** Waits for the end, and for what was printed on streams that are still read. */
async function end(child: Child): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const result = { code: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (result.stdout += text));
  child.stderr.on('data', (text) => (result.stderr += text));
  [result.code] = await once(child, 'close');
  return result;
}

/** Resolves with the first line of progress. */
const progress = (child: Child) => once(child.stderr, 'data');

/** What each command is asked for, and the files that it leaves. */
const commands: readonly (readonly [
  name: string,
  words: () => readonly string[],
  code: number,
  files: readonly string[],
])[] = [
  ['train', () => train(3), 0, ['report.html']],
  ['bench, against a report that is not there', () => ['bench', '--against', 'nowhere'], 1, []],
  ['conformance', () => 'conformance --backend reference --law kl limits --json out.json'.split(' '), 0, ['out.json']],
  [
    'export',
    () => ['export', '--checkpoint', join(root, 'network.safetensors'), '--output', 'out.onnx'],
    0,
    ['out.onnx'],
  ],
  ['new-backend', () => ['new-backend', 'my-arrays'], 0, ['my-arrays']],
  ['reproduce, on data that it refuses', () => ['reproduce', 'error', '--data', 'nowhere'], 1, ['reproduction']],
  ['help', () => ['--help'], 0, []],
  ['an error', () => ['train', '--epochs', 'x'], 2, []],
];

describe('a closed pipe ends the printing, not the work', () => {
  test.concurrent.for(commands)('of %s', { timeout: 60_000 }, async ([, words, code, files], { expect }) => {
    const out = await mkdtemp(join(root, 'out-'));
    const other = start(out, words());
    other.stdout.destroy();
    const result = await end(other);
    expect([result.code, await readdir(out)]).toEqual([code, files]);
    expect(result.stderr).not.toMatch(/EPIPE|\n\s+at /);
  });

  test('nor do two of them', { timeout: 60_000 }, async () => {
    const cwd = await mkdtemp(join(root, 'both-'));
    const child = start(cwd, train(3));
    child.stdout.destroy();
    child.stderr.destroy();
    const [code] = await once(child, 'close');
    expect([code, await readdir(cwd)]).toEqual([0, ['report.html']]);
  });

  test('also in the middle', { timeout: 60_000 }, async () => {
    const cwd = await mkdtemp(join(root, 'middle-'));
    const child = start(cwd, train(60));
    await progress(child);
    child.stdout.destroy();
    child.stderr.destroy();
    const [code] = await once(child, 'close');
    expect([code, await readdir(cwd)]).toEqual([0, ['report.html']]);
    expect(await readFile(join(cwd, 'report.html'), 'utf8')).not.toContain('The training was interrupted');
  });
});

describe('a signal', () => {
  test.concurrent.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s in the middle ends the run with report and checkpoint, exit code %i',
    { timeout: 60_000 },
    async ([signal, code], { expect }) => {
      const cwd = await mkdtemp(join(root, 'signal-'));
      const child = start(cwd, [...train(100_000), '--checkpoint', 'c.safetensors']);
      const ended = end(child);
      await progress(child);
      child.kill(signal);
      const result = await ended;
      expect(result.code).toBe(code);
      expect(result.stderr).toContain('Stopping after this step.');
      expect(result.stdout).toMatch(/^The training was interrupted/);
      expect(await readdir(cwd)).toEqual(['c.safetensors', 'report.html']);
      expect(await readFile(join(cwd, 'report.html'), 'utf8')).toContain('The training was interrupted');
    },
  );

  test.concurrent.for([5, 150, 300])(
    'after %i ms leaves nothing half done',
    { timeout: 60_000 },
    async (delay, { expect }) => {
      const cwd = await mkdtemp(join(root, 'beginning-'));
      const child = start(cwd, train(100_000));
      const ended = end(child);
      setTimeout(() => child.kill('SIGTERM'), delay);
      const { code, stderr } = await ended;
      // Before the command listens, the system ends it.
      expect([null, 143]).toContain(code);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect((await readdir(cwd)).filter((name) => name !== 'report.html')).toEqual([]);
    },
  );
});

test.runIf(process.platform === 'linux')('a full disk behind stdout is told of, and the exit code is 1', async () => {
  const script = '"$0" "$1" --help > /dev/full';
  const child = spawn('sh', ['-c', script, process.execPath, command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const result = await end(child);
  expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('standard output: got no space left')]);
});
