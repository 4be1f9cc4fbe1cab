import { type Backend, createBuilder } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import * as web from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxBackend } from '../src/index.js';

/** w ← w + s²·x, with y = Σ w and w₀ = the old w as outputs; s² is computed once a run where it is large. */
function accumulate(size: number) {
  const b = createBuilder('accumulate');
  const s = b.input('s', [size]);
  const x = b.input('x', [2, size], 'iteration');
  const w = b.input('w', [2, size], 'carried');
  const square = b.mul(s, s);
  const next = b.add(w, b.mul(square, x));
  b.output('w', next);
  b.output('old', w);
  b.output('total', b.reduceSum(next));
  b.output('again', next);
  b.output('scale', s);
  b.output('square', square);
  return b.build();
}

describe.each(['wasm', 'native'] as const)('the backend on %s', (device) => {
  let backend: Backend<OrtTensor>;
  beforeAll(async () => {
    backend = await createOnnxBackend({ device });
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
  const upload = (value: number, shape: number[]) =>
    backend.upload(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);
  const readFirst = async (tensor: Parameters<typeof backend.read>[0]) => {
    const values = await backend.read(tensor);
    expect(new Set(values).size).toBe(1);
    return values[0];
  };

  it('is named after the device', () => expect(backend.name).toBe(`onnx:${device}`));

  // The larger one has a model of its own for what is the same in all iterations.
  it.each([3, 5000])('carries values of %i columns over iterations and gives distinct handles', async (size) => {
    const executable = await backend.compile(accumulate(size));
    const [s, w] = [upload(2, [size]), upload(1, [2, size])];
    const x = [upload(1, [2, size]), upload(3, [2, size])];
    const result = executable.run(
      { s, w },
      x.map((tensor) => ({ inputs: { x: tensor } })),
    );
    // What was passed in may go as soon as run has returned.
    for (const tensor of x) backend.dispose(tensor);
    // The carried value may be handed on while it is still to come.
    const again = executable.run({ s, w: result.carried.w }, [{ inputs: { x: w } }]);
    expect(await readFirst(result.carried.w)).toBe(17);
    expect(await readFirst(again.carried.w)).toBe(21);
    expect(await readFirst(result.outputs[0].old)).toBe(1);
    expect(await readFirst(result.outputs[1].old)).toBe(5);
    expect(await readFirst(result.outputs[1].again)).toBe(17);
    expect(await readFirst(result.outputs[1].square)).toBe(4);
    expect(await readFirst(result.outputs[1].scale)).toBe(2);
    expect((await backend.read(result.outputs[0].total))[0]).toBe(10 * size);
    expect(result.outputs[0].total.shape).toEqual([]);
    expect(result.outputs[0].w).toBeUndefined();
    expect(await readFirst(w)).toBe(1);
    const handles = [result, again].flatMap(({ carried, outputs }) => [
      ...Object.values(carried),
      ...outputs.flatMap((each) => Object.values(each)),
    ]);
    expect(new Set(handles).size).toBe(handles.length);
    for (const tensor of [s, w, ...handles]) backend.dispose(tensor);
    executable.dispose();
    expect(backend.liveTensors()).toBe(0);
  });

  it('runs no iterations', async () => {
    const executable = await backend.compile(accumulate(5000));
    const [s, w] = [upload(2, [5000]), upload(7, [2, 5000])];
    const { carried, outputs } = executable.run({ s, w }, []);
    expect(outputs).toEqual([]);
    expect(await readFirst(carried.w)).toBe(7);
    for (const tensor of [s, w, carried.w]) backend.dispose(tensor);
    executable.dispose();
  });

  it('goes on when results are disposed of before they are there', async () => {
    const executable = await backend.compile(accumulate(3));
    const [s, w] = [upload(2, [3]), upload(1, [2, 3])];
    const { carried, outputs } = executable.run({ s, w }, [{ inputs: { x: w } }]);
    const next = executable.run({ s, w: carried.w }, [{ inputs: { x: w } }]);
    for (const tensor of [carried.w, ...Object.values(outputs[0])]) backend.dispose(tensor);
    executable.dispose();
    expect(await readFirst(next.carried.w)).toBe(9);
    for (const tensor of [s, w, next.carried.w, ...Object.values(next.outputs[0])]) backend.dispose(tensor);
    expect(backend.liveTensors()).toBe(0);
  });

  it('says at read what went wrong on the device, and goes on', async () => {
    const ort = device === 'wasm' ? web : ((await import('onnxruntime-node')) as typeof web);
    const failing = await createOnnxBackend({
      device,
      ort: {
        env: ort.env,
        Tensor: ort.Tensor,
        InferenceSession: {
          create: async (...args: [Uint8Array]) => {
            const session = await ort.InferenceSession.create(...args);
            let calls = 0;
            return {
              run: async (feeds: Record<string, OrtTensor>) => {
                calls += 1;
                if (calls === 2) throw new Error('out of memory');
                return session.run(feeds);
              },
              release: () => session.release(),
            };
          },
        } as unknown as typeof ort.InferenceSession,
      },
    });
    const b = createBuilder('double');
    const x = b.input('x', [1], 'carried');
    b.output('x', b.add(x, x));
    const executable = await failing.compile(b.build());
    const start = failing.upload(Float32Array.of(1), [1]);
    const { carried } = executable.run({ x: start }, [{}, {}]);
    const dependent = executable.run({ x: carried.x }, [{}]);
    const independent = executable.run({ x: start }, [{}]);
    await expect(failing.read(carried.x)).rejects.toMatchObject({
      code: 'VARDROP_BACKEND',
      message: expect.stringContaining('out of memory'),
    });
    await expect(failing.read(dependent.carried.x)).rejects.toThrow('out of memory');
    expect([...(await failing.read(independent.carried.x))]).toEqual([2]);
    await failing.close();
    expect(failing.liveTensors()).toBe(0);
  });

  it('refuses missing, unknown and misshapen inputs, and runs after dispose', async () => {
    const executable = await backend.compile(accumulate(3));
    const [s, w] = [upload(2, [3]), upload(1, [2, 3])];
    const x = w;
    const live = backend.liveTensors();
    expect(await code(() => executable.run({ s }, [{ inputs: { x } }]))).toBe('VARDROP_INPUT');
    expect(await code(() => executable.run({ s, w, x }, [{ inputs: { x } }]))).toBe('VARDROP_INPUT');
    expect(await code(() => executable.run({ s, w }, [{}]))).toBe('VARDROP_INPUT');
    expect(await code(() => executable.run({ s: w, w }, [{ inputs: { x } }]))).toBe('VARDROP_INPUT');
    expect(await code(() => executable.run({ s, w: { shape: [2, 3] } }, []))).toBe('VARDROP_INPUT');
    expect(await code(() => backend.upload(Float32Array.of(1, 2), [3]))).toBe('VARDROP_INPUT');
    expect(await code(() => backend.wrap(new web.Tensor('int32', [1], [1])))).toBe('VARDROP_INPUT');
    expect(backend.liveTensors()).toBe(live);
    executable.dispose();
    expect(await code(() => executable.run({ s, w }, []))).toBe('VARDROP_DISPOSED');
    for (const tensor of [s, w]) backend.dispose(tensor);
    expect(await code(() => backend.dispose(s))).toBe('VARDROP_DISPOSED');
    expect(await code(() => backend.read(s))).toBe('VARDROP_DISPOSED');
    expect(await code(() => backend.native(s))).toBe('VARDROP_DISPOSED');
  });

  it('says so when the runtime refuses a model', async () => {
    const program = accumulate(3);
    const wrong = {
      ...program,
      nodes: program.nodes.map((node) =>
        node.op === 'reduceSum' ? { ...node, op: 'transpose' as const, permutation: [0, 0] } : node,
      ),
    };
    expect(await code(() => backend.compile(wrong))).toBe('VARDROP_BACKEND');
  });

  it('copies what is uploaded and read, and gives and takes tensors of the runtime', async () => {
    const values = Float32Array.of(1, 2);
    const tensor = backend.upload(values, [2]);
    values[0] = 5;
    const first = await backend.read(tensor);
    expect([...first]).toEqual([1, 2]);
    first[1] = 7;
    expect([...(await backend.read(tensor))]).toEqual([1, 2]);
    const native = await backend.native(tensor);
    expect([native.type, native.dims, [...(native.data as Float32Array)]]).toEqual(['float32', [2], [1, 2]]);
    const wrapped = backend.wrap(new web.Tensor('float32', [3, 4], [2, 1]));
    expect(wrapped.shape).toEqual([2, 1]);
    expect([...(await backend.read(wrapped))]).toEqual([3, 4]);
    for (const each of [tensor, wrapped]) backend.dispose(each);
  });

  it('refuses everything after close', async () => {
    const second = await createOnnxBackend({ device });
    const executable = await second.compile(accumulate(3));
    const tensor = second.upload(new Float32Array(6), [2, 3]);
    await second.close();
    await second.close();
    expect(second.liveTensors()).toBe(0);
    expect(await code(() => second.upload(new Float32Array(1), [1]))).toBe('VARDROP_DISPOSED');
    expect(await code(() => executable.run({ s: tensor, w: tensor }, []))).toBe('VARDROP_DISPOSED');
    expect(await code(() => second.compile(accumulate(3)))).toBe('VARDROP_DISPOSED');
    expect(await code(() => second.read(tensor))).toBe('VARDROP_DISPOSED');
  });
});

it('refuses unknown devices and impossible threads', async () => {
  await expect(createOnnxBackend({ device: 'abacus' as 'wasm' })).rejects.toMatchObject({
    code: 'VARDROP_UNKNOWN_DEVICE',
    message: expect.stringContaining('wasm, native, webgpu'),
  });
  await expect(createOnnxBackend({ threads: 0 })).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
  await createOnnxBackend({ ort: web, threads: 1 });
  await expect(createOnnxBackend({ ort: web, threads: 2 })).rejects.toMatchObject({
    code: 'VARDROP_OPTION',
    message: expect.stringContaining('needs 1'),
  });
});

it('says so where ONNX Runtime finds no GPU', async () => {
  const node = (await import('onnxruntime-node')) as typeof web;
  const blind = {
    env: node.env,
    Tensor: node.Tensor,
    InferenceSession: {
      create: async () => {
        throw new Error('no adapter');
      },
    } as unknown as typeof node.InferenceSession,
  };
  await expect(createOnnxBackend({ device: 'webgpu', ort: blind })).rejects.toMatchObject({
    code: 'VARDROP_UNKNOWN_DEVICE',
    message: expect.stringContaining('Use the device native'),
  });
  // Node has no GPU of a page's.
  await expect(createOnnxBackend({ device: 'webgpu', ort: web })).rejects.toMatchObject({
    code: 'VARDROP_UNKNOWN_DEVICE',
    message: expect.stringContaining('navigator.gpu'),
  });
});

it('takes the device from the runtime that it is given', async () => {
  const node = await import('onnxruntime-node');
  expect((await createOnnxBackend({ ort: node })).name).toBe('onnx:native');
  expect((await createOnnxBackend({ ort: web })).name).toBe('onnx:wasm');
});
