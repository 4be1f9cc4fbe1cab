import { trainSmallNetwork } from '@vardrop/conformance';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { createOnnxBackend } from '../dist/index.js';
import { createOnnxBackend as createOnWasm } from '../dist/wasm.js';
import { createOnnxBackend as createOnWebgpu } from '../dist/webgpu.js';

const steps = 3;

/** Losses of some steps and the parameters after them. */
async function train(device: 'wasm' | 'webgpu', worker: boolean) {
  const backend = await createOnnxBackend({ device, worker });
  const { step, trainer } = trainSmallNetwork(backend, 'dense');
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await step());
  const { parameters } = await trainer.state();
  trainer.dispose();
  const left = backend.liveTensors();
  await backend.close();
  return { losses, parameters, left };
}

describe.each(['wasm', 'webgpu'] as const)('a Web Worker with %s', (device) => {
  it('trains as the page itself does, bit for bit', async () => {
    const inWorker = await train(device, true);
    expect(inWorker).toEqual(await train(device, false));
    expect(inWorker.left).toBe(0);
    expect(inWorker.losses[steps - 1]).toBeLessThan(inWorker.losses[0]);
  }, 120_000);

  it('says what the worker could not do', async () => {
    await expect(createOnnxBackend({ device, threads: 0.5, worker: true })).rejects.toMatchObject({
      code: 'VARDROP_OPTION',
    });
    const lost = await createOnnxBackend({ device, worker: true, wasmPaths: `${location.origin}/nowhere/` });
    const b = createBuilder('minus');
    b.output('y', b.neg(b.input('x', [1])));
    await expect(lost.compile(boundProgram(b.build()))).rejects.toMatchObject({ code: 'VARDROP_BACKEND' });
    await lost.close();
  });
});

describe.each([
  ['wasm', createOnWasm, 'webgpu'],
  ['webgpu', createOnWebgpu, 'wasm'],
] as const)('the entry point of %s', (device, create, other) => {
  it('has this device alone', async () => {
    const backend = await create({ worker: true });
    expect(backend.name).toBe(`onnx:${device}`);
    await backend.close();
    for (const worker of [false, true]) {
      await expect(create({ device: other, worker })).rejects.toMatchObject({
        code: 'VARDROP_UNKNOWN_DEVICE',
        message: expect.stringContaining(`"${other}" of @vardrop/adapter-onnx/${device}, needs ${device}.`),
      });
    }
  });
});

it('leaves the page alive during a run', async () => {
  const size = 512;
  const b = createBuilder('powers');
  const x = b.input('x', [size, size]);
  let power = x;
  for (let i = 0; i < 20; i++) power = b.matmul(power, x);
  b.output('sum', b.reduceSum(power));
  const backend = await createOnnxBackend({ device: 'wasm', worker: true });
  const executable = await backend.compile(boundProgram(b.build()));
  const given = backend.upload(new Float32Array(size * size).fill(1 / size), [size, size]);
  // The first run of a session is not the one to measure.
  await backend.read(executable.run({ x: given }, [{}]).outputs[0].sum);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const [sum] = await backend.read(executable.run({ x: given }, [{}]).outputs[0].sum);
  clearInterval(timer);
  // 5 GFLOP take more than 50 ms on one thread of any machine of today; timers tick every 4 ms, and never in a blocked page.
  expect(ticks).toBeGreaterThan(5);
  expect(sum).toBe(size);
  await backend.close();
});
