import * as tf from '@tensorflow/tfjs';
import type { Backend } from '@vardrop/core';
import type { Tensor } from '@vardrop/core/backend';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

/** How many data buffers tfjs's own backend holds: what leaks would show in. */
const buffers = (device: string) => (tf.findBackend(device) as unknown as { numDataIds(): number }).numDataIds();

/** w ← w + s·x, with y = Σ w and w₀ = the old w as outputs; s² is computed once a run. */
function accumulate() {
  const b = createBuilder('accumulate');
  const s = b.input('s', [1]);
  const x = b.input('x', [2, 3], 'iteration');
  const w = b.input('w', [2, 3], 'carried');
  const next = b.add(w, b.mul(b.square(s), x));
  b.output('w', next);
  b.output('old', w);
  b.output('total', b.reduceSum(next));
  b.output('again', next);
  b.output('scale', s);
  return b.build();
}

describe.each(['cpu', 'wasm'] as const)('the backend on %s', (device) => {
  let backend: Backend<tf.Tensor>;
  beforeAll(async () => {
    backend = await createTfjsBackend({ tf, device });
  });
  afterAll(() => backend.close());
  const code = async (run: () => unknown) => {
    try {
      await run();
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return 'nothing thrown';
  };
  const upload = (values: number[], shape: number[]) => backend.upload(Float32Array.from(values), shape);

  it('is named after the device', () => expect(backend.name).toBe(`tfjs:${device}`));

  it('leaves nothing in tfjs', async () => {
    const before = buffers(device);
    const executable = await backend.compile(boundProgram(accumulate()));
    const [s, w] = [upload([2], [1]), upload([1, 1, 1, 1, 1, 1], [2, 3])];
    const { carried, outputs } = executable.run({ s, w }, [{ inputs: { x: w } }, { inputs: { x: w } }]);
    expect([...(await backend.read(carried.w))]).toEqual([9, 9, 9, 9, 9, 9]);
    for (const tensor of [{ s, w }, carried, ...outputs].flatMap(Object.values<Tensor>)) backend.dispose(tensor);
    executable.dispose();
    expect(backend.liveTensors()).toBe(0);
    expect(buffers(device)).toBe(before);
  });

  it('leaks nothing when a run throws', async () => {
    const executable = await backend.compile(boundProgram(accumulate()));
    const s = upload([2], [1]);
    const w = upload([1, 1, 1, 1, 1, 1], [2, 3]);
    const x = upload([1, 1, 1, 1, 1, 1], [2, 3]);
    const before = buffers(device);
    const live = backend.liveTensors();
    const wrong = upload([1], [1]);
    expect(await code(() => executable.run({ s, w }, [{ inputs: { x } }, { inputs: { x: wrong } }]))).toBe(
      'VARDROP_INPUT',
    );
    // A kernel that throws half way: the third buffer that the run makes cannot be had.
    const host = tf.findBackend(device) as unknown as { write(...args: unknown[]): unknown; incRef(id: object): void };
    const original = host.incRef;
    let calls = 0;
    host.incRef = function (id) {
      calls += 1;
      if (calls === 8) throw new Error('out of memory');
      original.call(this, id);
    };
    try {
      expect(() => executable.run({ s, w }, [{ inputs: { x } }, { inputs: { x } }])).toThrow('out of memory');
    } finally {
      host.incRef = original;
    }
    backend.dispose(wrong);
    expect(buffers(device)).toBe(before);
    expect(backend.liveTensors()).toBe(live);
    for (const tensor of [s, w, x]) backend.dispose(tensor);
    executable.dispose();
  });

  it('gives and takes tf tensors', async () => {
    await tf.setBackend(device);
    const before = { buffers: buffers(device), tensors: tf.memory().numTensors };
    const tensor = upload([1, 2, 3], [3]);
    const inside = tf.tidy(() => {
      void backend.native(tensor);
      return 1;
    });
    expect(inside).toBe(1);
    const native = await backend.native(tensor);
    expect(await backend.native(tensor)).toBe(native);
    expect([...(await native.data())]).toEqual([1, 2, 3]);
    backend.dispose(tensor);
    expect(native.isDisposed).toBe(true);

    await tf.setBackend(device === 'cpu' ? 'wasm' : 'cpu');
    const foreign: Tensor = backend.wrap(tf.tensor([4, 5]));
    await tf.setBackend(device);
    let own!: Tensor;
    tf.tidy(() => {
      own = backend.wrap(tf.tensor([6, 7]));
    });
    expect([...(await backend.read(foreign)), ...(await backend.read(own))]).toEqual([4, 5, 6, 7]);
    expect(await code(() => backend.wrap(tf.tensor([1], [1], 'int32')))).toBe('VARDROP_INPUT');
    backend.dispose(foreign);
    backend.dispose(own);
    expect(buffers(device)).toBe(before.buffers + 1);
    expect(tf.memory().numTensors).toBe(before.tensors + 1);
  });

  it('leaves the active backend alone', async () => {
    for (const active of ['cpu', 'wasm']) {
      await tf.setBackend(active);
      const second = await createTfjsBackend({ tf, device });
      const executable = await second.compile(boundProgram(accumulate()));
      const w = second.upload(new Float32Array(6), [2, 3]);
      const s = second.upload(new Float32Array(1), [1]);
      executable.run({ s, w }, [{ inputs: { x: w } }]);
      expect(tf.getBackend()).toBe(active);
      await second.close();
      expect(second.liveTensors()).toBe(0);
      expect(await code(() => second.upload(new Float32Array(1), [1]))).toBe('VARDROP_DISPOSED');
      expect(await code(() => executable.run({ s, w }, []))).toBe('VARDROP_DISPOSED');
    }
  });
});

it('refuses an unknown device', async () => {
  await expect(createTfjsBackend({ device: 'abacus' as 'cpu' })).rejects.toMatchObject({
    code: 'VARDROP_UNKNOWN_DEVICE',
    message: expect.stringContaining('cpu, wasm, webgl, webgpu'),
  });
  const callers = createTfjsBackend as (options?: object) => Promise<unknown>;
  for (const call of [() => callers(), () => callers({})]) {
    await expect(call()).rejects.toMatchObject({ message: expect.stringContaining('got none, needs one of cpu') });
  }
});

it('refuses options that there are not', async () => {
  const wrong = { backend: 'wasm' } as unknown as { device: 'wasm' };
  await expect(createTfjsBackend(wrong)).rejects.toMatchObject({
    code: 'VARDROP_OPTION',
    message: expect.stringContaining(
      "got 'backend', needs names among device, tf, wasmPaths, profile. Write device: 'wasm'.",
    ),
  });
});

it.each(['webgl', 'webgpu'] as const)('refuses %s where there is none', async (missing) => {
  await expect(createTfjsBackend({ tf, device: missing })).rejects.toMatchObject({ code: 'VARDROP_UNKNOWN_DEVICE' });
});
