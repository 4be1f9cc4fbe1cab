import type { Backend } from '@vardrop/core';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import * as web from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxBackend } from '../src/index.js';

describe.each(['wasm', 'native'] as const)('the backend on %s', (device) => {
  let backend: Backend<OrtTensor>;
  beforeAll(async () => {
    backend = await createOnnxBackend({ device });
  });
  afterAll(() => backend.close());

  it('is named after the device', () => expect(backend.name).toBe(`onnx:${device}`));

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
    const executable = await failing.compile(boundProgram(b.build()));
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

  it('says so when the runtime refuses a model', async () => {
    const b = createBuilder('transposed');
    b.output('y', b.transpose(b.input('x', [2, 3])));
    const program = boundProgram(b.build());
    const nodes = program.nodes.map((node) => (node.op === 'transpose' ? { ...node, permutation: [0, 0] } : node));
    await expect(backend.compile({ ...program, nodes })).rejects.toMatchObject({ code: 'VARDROP_BACKEND' });
  });

  it('gives and takes tensors of the runtime', async () => {
    const tensor = backend.upload(Float32Array.of(1, 2), [2]);
    const native = await backend.native(tensor);
    expect([native.type, native.dims, [...(native.data as Float32Array)]]).toEqual(['float32', [2], [1, 2]]);
    const wrapped = backend.wrap(new web.Tensor('float32', [3, 4], [2, 1]));
    expect(wrapped.shape).toEqual([2, 1]);
    expect([...(await backend.read(wrapped))]).toEqual([3, 4]);
    expect(() => backend.wrap(new web.Tensor('int32', [1], [1]))).toThrow(
      expect.objectContaining({ code: 'VARDROP_INPUT' }),
    );
    for (const each of [tensor, wrapped]) backend.dispose(each);
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

it('refuses options that there are not', async () => {
  const wrong = { numThreads: 2 } as { threads?: number };
  await expect(createOnnxBackend(wrong)).rejects.toMatchObject({
    code: 'VARDROP_OPTION',
    message: expect.stringContaining("got 'numThreads', needs names among device, ort, threads"),
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
