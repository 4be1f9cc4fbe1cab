import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Backend, VardropError } from '@vardrop/core';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import * as web from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createOnnxBackend } from '../dist/index.js';
import { allParts } from '../src/allParts.js';
import { connect } from '../src/worker/connect.js';
import type { Reply } from '../src/worker/protocol.js';
import { serve } from '../src/worker/serve.js';
import type { WorkerListeners } from '../src/worker/startWorker.js';

const started = vi.hoisted(() => ({ listeners: [] as unknown[], kept: [] as boolean[] }));
vi.mock('../src/worker/startWorker.js', () => ({
  startWorker(_parts: unknown, listeners: unknown) {
    started.listeners.push(listeners);
    return { post() {}, keepAlive: (wanted: boolean) => started.kept.push(wanted), end: async () => undefined };
  },
}));

/** Powers of a matrix, one product after the other: a run of a second or so, in one call of the runtime. */
function powers(size: number, products: number) {
  const b = createBuilder('powers');
  const x = b.input('x', [size, size]);
  let power = x;
  for (let i = 0; i < products; i++) power = b.matmul(power, x);
  b.output('sum', b.reduceSum(power));
  return b.build();
}

const codeOf = async (run: () => unknown) => {
  try {
    await run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'nothing thrown';
};

it('refuses webgpu in a worker of Node, whose runtime two threads would crash', async () => {
  await expect(createOnnxBackend({ device: 'webgpu', worker: true })).rejects.toMatchObject({
    code: 'VARDROP_OPTION',
    message: expect.stringMatching(/worker.*Leave `worker` out/),
  });
});

describe.each(['wasm', 'native'] as const)('a backend on %s in a worker', (device) => {
  let backend: Backend<web.Tensor>;
  beforeAll(async () => {
    backend = await createOnnxBackend({ device, worker: true });
  });
  afterAll(() => backend.close());

  it('leaves the thread of the caller free during a run', async () => {
    const size = 1024;
    const executable = await backend.compile(boundProgram(powers(size, 20)));
    const x = backend.upload(new Float32Array(size * size).fill(1 / size), [size, size]);
    // The first run of a session is not the one to measure.
    backend.dispose(executable.run({ x }, [{}]).outputs[0].sum);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const { sum } = executable.run({ x }, [{}]).outputs[0];
    const [value] = await backend.read(sum);
    clearInterval(timer);
    // 43 GFLOP take a tenth of a second on any machine of today; a blocked thread ticks never.
    expect(ticks).toBeGreaterThan(10);
    // Each power is the matrix itself, without rounding, since its elements are powers of 2.
    expect(value).toBe(size);
    for (const tensor of [x, sum]) backend.dispose(tensor);
    executable.dispose();
    expect(backend.liveTensors()).toBe(0);
  });

  it('copies what it is given before it returns, and gives native copies', async () => {
    const data = Float32Array.of(1, 2, 3);
    const tensor = backend.upload(data, [3]);
    data.fill(0);
    expect(await backend.read(tensor)).toEqual(Float32Array.of(1, 2, 3));
    const native = await backend.native(tensor);
    expect([native.type, native.dims]).toEqual(['float32', [3]]);
    const wrapped = backend.wrap(native);
    (native.data as Float32Array).fill(0);
    expect(await backend.read(wrapped)).toEqual(Float32Array.of(1, 2, 3));
    for (const each of [tensor, wrapped]) backend.dispose(each);
  });

  it('refuses with the codes of a backend without a worker', async () => {
    const executable = await backend.compile(boundProgram(powers(2, 1)));
    const x = backend.upload(new Float32Array(4), [2, 2]);
    const wrong = backend.upload(new Float32Array(3), [3]);
    expect(await codeOf(() => backend.upload(new Float32Array(3), [2]))).toBe('VARDROP_INPUT');
    expect(await codeOf(() => executable.run({}, [{}]))).toBe('VARDROP_INPUT');
    expect(await codeOf(() => executable.run({ x: wrong }, [{}]))).toBe('VARDROP_INPUT');
    expect(await codeOf(() => executable.run({ x, y: x }, [{}]))).toBe('VARDROP_INPUT');
    expect(await codeOf(() => backend.wrap(new web.Tensor('int32', Int32Array.of(1), [1])))).toBe('VARDROP_INPUT');
    backend.dispose(wrong);
    expect(await codeOf(() => executable.run({ x: wrong }, [{}]))).toBe('VARDROP_DISPOSED');
    executable.dispose();
    expect(await codeOf(() => executable.run({ x }, [{}]))).toBe('VARDROP_DISPOSED');
    backend.dispose(x);
  });

  it('answers what was asked before it was closed, and nothing after', async () => {
    const other = await createOnnxBackend({ device, worker: true });
    const executable = await other.compile(boundProgram(powers(2, 2)));
    const x = other.upload(Float32Array.of(1, 1, 0, 1), [2, 2]);
    const asked = other.read(executable.run({ x }, [{}]).outputs[0].sum);
    await Promise.all([other.close(), other.close()]);
    expect(await asked).toEqual(Float32Array.of(5));
    expect(other.liveTensors()).toBe(0);
    expect(await codeOf(() => other.upload(new Float32Array(1), [1]))).toBe('VARDROP_DISPOSED');
    expect(await codeOf(() => other.compile(boundProgram(powers(2, 1))))).toBe('VARDROP_DISPOSED');
    expect(await codeOf(() => executable.run({ x }, [{}]))).toBe('VARDROP_DISPOSED');
    executable.dispose();
  });

  it.each(['await backend.close();', ''])('lets the process end after "%s"', async (last) => {
    const script = `
      import { createOnnxBackend } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
      const backend = await createOnnxBackend({ device: '${device}', worker: true });
      const tensor = backend.upload(new Float32Array(1), [1]);
      console.log((await backend.read(tensor)).length);
      ${last}`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 30_000,
    });
    expect([stdout, stderr]).toEqual(['1\n', '']);
  });
});

describe('a worker that cannot be', () => {
  it.each([
    ['VARDROP_UNKNOWN_DEVICE', { device: 'abacus' as 'wasm' }],
    ['VARDROP_OPTION', { threads: 0.5 }],
    ['VARDROP_OPTION', { ort: web }],
    ['VARDROP_OPTION', { session: { extra: { work: () => undefined } } }],
  ])('is refused with %s', async (code, options) => {
    expect(await codeOf(() => createOnnxBackend({ ...options, worker: true }))).toBe(code);
  });

  it('carries the message of the error', async () => {
    await expect(createOnnxBackend({ threads: 0.5, worker: true })).rejects.toThrow(
      '[onnx:wasm] threads: got 0.5, needs a positive integer.',
    );
  });
});

describe('a worker that ends by itself', () => {
  it('fails what was asked and what will be', async () => {
    const connection = connect(allParts, 'onnx:wasm');
    const asked = connection.ask({ kind: 'read', tensor: 1 });
    expect(started.kept.at(-1)).toBe(true);
    (started.listeners.at(-1) as WorkerListeners).onEnd('out of memory');
    expect(started.kept.at(-1)).toBe(false);
    expect(await codeOf(() => asked)).toBe('VARDROP_BACKEND');
    await expect(connection.ask({ kind: 'read', tensor: 1 })).rejects.toThrow(/out of memory/);
  });
});

describe('the worker', () => {
  it('answers a read of a failed run with the failure, and those of runs on its results too', async () => {
    const backend = {
      name: 'failing',
      supports: {},
      upload: () => ({ shape: [] }),
      dispose: () => undefined,
      read: async () => Float32Array.of(1),
      compile: async () => ({
        run() {
          throw new VardropError('VARDROP_TEST', 'no luck');
        },
        dispose: () => undefined,
      }),
    } as unknown as Backend;
    const replies: Reply[] = [];
    const obey = serve(
      async () => backend,
      (reply) => replies.push(reply),
    );
    const asked = async (message: Parameters<typeof obey>[0]) => {
      obey(message);
      await new Promise((resolve) => setTimeout(resolve));
      return replies.at(-1);
    };
    await asked({ request: 0, kind: 'open', options: { device: 'wasm' } });
    await asked({ request: 1, kind: 'compile', executable: 1, program: boundProgram(powers(2, 1)) });
    obey({ kind: 'upload', tensor: 1, data: new Float32Array(1), shape: [] });
    const ids = (name: string, id: number) => new Map([[name, id]]);
    const iterations = [{ inputs: new Map<string, number>(), keys: {} }];
    const run = { kind: 'run', executable: 1, iterations, carried: new Map<string, number>() } as const;
    obey({ ...run, shared: ids('x', 1), outputs: [ids('sum', 2)] });
    obey({ ...run, shared: ids('x', 2), outputs: [ids('sum', 3)] });
    for (const tensor of [2, 3]) {
      expect(await asked({ request: 2, kind: 'read', tensor })).toMatchObject({
        request: 2,
        error: { code: 'VARDROP_TEST', message: 'no luck' },
      });
      obey({ kind: 'dispose', tensor });
    }
    expect(await asked({ request: 4, kind: 'read', tensor: 2 })).toMatchObject({ error: { code: 'VARDROP_DISPOSED' } });
    expect(await asked({ request: 5, kind: 'read', tensor: 1 })).toEqual({ request: 5, value: Float32Array.of(1) });
  });
});
