import * as tf from '@tensorflow/tfjs';
import { trainSmallNetwork } from '@vardrop/conformance';
import { boundProgram, createBuilder, elementCount, stageSums } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it, vi } from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { checkProgram } from '../test/checkProgram.js';

interface Host {
  numDataIds(): number;
  memory(): { readonly numBytesInGPU: number };
}

/** Counts the calls of a method from now on. */
function count<K extends string>(of: Record<K, (...given: never[]) => unknown>, method: K, calls: number[]): void {
  const original = of[method];
  vi.spyOn(of, method as never).mockImplementation(function (this: unknown, ...given: never[]) {
    calls[0]++;
    return original.apply(this, given) as never;
  } as never);
}

describe.each(['webgl', 'webgpu'] as const)('the backend on %s', (device) => {
  it('is named after the device and leaves the active backend alone', async () => {
    await tf.setBackend('cpu');
    const backend = await createTfjsBackend({ tf, device });
    expect(backend.name).toBe(`tfjs:${device}`);
    expect(tf.getBackend()).toBe('cpu');
    await backend.close();
  });

  it('trains as the reference does, and holds at step 50 what it held at step 5', async () => {
    const backend = await createTfjsBackend({ tf, device });
    const host = tf.findBackend(device) as unknown as Host;
    const reference = createReferenceBackend();
    const [own, exact] = [backend, reference].map((on) => trainSmallNetwork(on, 'convolutional'));
    const losses: number[] = [];
    const held: object[] = [];
    for (let step = 1; step <= 50; step++) {
      losses.push(await own.step());
      if (step === 5 || step === 50) {
        held.push({
          live: backend.liveTensors(),
          tensors: tf.memory().numTensors,
          buffers: host.numDataIds(),
          bytes: host.memory().numBytesInGPU,
        });
      }
    }
    expect(held[1]).toEqual(held[0]);
    // One step from the same state and noise: a few roundings of numbers near the loss.
    const first = await exact.step();
    expect(Math.abs(losses[0] - first)).toBeLessThan(1e-4 * Math.abs(first));
    expect(losses[49]).toBeLessThan(losses[0]);
    own.trainer.dispose();
    exact.trainer.dispose();
    expect(backend.liveTensors()).toBe(0);
    await backend.close();
    await reference.close();
  });

  it('keeps no memory of the card once it is closed, nor that of programs that are gone', async () => {
    const backend = await createTfjsBackend({ tf, device });
    const made = [0];
    const gone = [0];
    if (device === 'webgl') {
      const { gl } = (tf.findBackend('webgl') as unknown as { readonly gpgpu: { readonly gl: WebGL2RenderingContext } })
        .gpgpu;
      count(gl, 'createTexture', made);
      count(gl, 'deleteTexture', gone);
    } else {
      count(GPUDevice.prototype, 'createBuffer', made);
      count(GPUBuffer.prototype, 'destroy', gone);
    }
    const run = async (rows: number) => {
      const b = createBuilder('product');
      b.output('y', b.matmul(b.input('x', [rows, 150]), b.input('w', [150, 20])));
      const executable = await backend.compile(boundProgram(b.build()));
      const x = backend.upload(new Float32Array(rows * 150).fill(1), [rows, 150]);
      const w = backend.upload(new Float32Array(150 * 20).fill(1), [150, 20]);
      const { y } = executable.run({ x, w }, [{}]).outputs[0];
      expect((await backend.read(y))[0]).toBe(150);
      for (const tensor of [x, w, y]) backend.dispose(tensor);
      executable.dispose();
    };
    for (const rows of [100, 150, 200, 250]) await run(rows);
    expect(made[0]).toBeGreaterThan(8);
    expect(made[0] - gone[0]).toBeLessThanOrEqual(0);
    await backend.close();
    vi.restoreAllMocks();
    expect(made[0] - gone[0]).toBeLessThanOrEqual(0);
    const { numBytesInGPU, numBytesInGPUAllocated, numBytesAllocatedInGPU } = (
      tf.findBackend(device) as unknown as { memory(): Record<string, number | undefined> }
    ).memory();
    expect(numBytesInGPUAllocated ?? numBytesAllocatedInGPU).toBe(numBytesInGPU);
  });

  it('gives and takes tf tensors', async () => {
    const backend = await createTfjsBackend({ tf, device });
    await tf.setBackend(device);
    const own = backend.upload(Float32Array.of(1, 2, 3), [3]);
    const native = await backend.native(own);
    expect(await tf.add(native, 1).data()).toEqual(Float32Array.of(2, 3, 4));
    backend.dispose(own);
    expect(native.isDisposed).toBe(true);
    const wrapped = backend.wrap(tf.tensor([4, 5]));
    expect(await backend.read(wrapped)).toEqual(Float32Array.of(4, 5));
    backend.dispose(wrapped);
    await backend.close();
  });

  it('adds up long sums within their bounds, in one order', async () => {
    const backend = await createTfjsBackend({ tf, device });
    const b = createBuilder('long sums');
    const matrix = b.input('matrix', [20, 4000]);
    const other = b.input('other', [4000, 20]);
    const image = b.input('image', [64, 9, 9, 1]);
    const gradient = b.input('gradient', [64, 7, 7, 16]);
    b.output('total', b.reduceSum(matrix));
    b.output('rows', b.reduceMax(b.mul(matrix, 1e30), [1]));
    b.output('product', b.matmul(matrix, other));
    b.output(
      'filter',
      b.conv2dFilterGradient(image, gradient, [3, 3, 1, 16], { strides: [1, 1], padding: [0, 0, 0, 0] }),
    );
    const program = stageSums(boundProgram(b.build()), backend.supports.terms as number);
    const inputs = Object.fromEntries(
      program.nodes.flatMap((node) => {
        if (node.op !== 'input') return [];
        const size = elementCount(node.shape);
        // Negative, for maxima far below 0.
        return [[node.name, Float32Array.from({ length: size }, (_, i) => Math.sin(i * i) - 2)]];
      }),
    );
    expect(await checkProgram(backend, program, inputs)).toEqual([]);

    const executable = await backend.compile(program);
    const given = Object.fromEntries(
      program.nodes.flatMap((node) =>
        node.op === 'input' ? [[node.name, backend.upload(inputs[node.name], node.shape)]] : [],
      ),
    );
    const once = async () => {
      const outputs = Object.entries(executable.run(given, [{}]).outputs[0]);
      return Promise.all(outputs.map(async ([name, tensor]) => [name, await backend.read(tensor)]));
    };
    const first = await once();
    for (let i = 0; i < 3; i++) expect(await once()).toEqual(first);
    await backend.close();
  });

  it('refuses iterations without keys and tensors of too many axes', async () => {
    const backend = await createTfjsBackend({ tf, device });
    const noise = createBuilder('noise');
    noise.output('y', noise.noise('normal', 'zeta', [3]));
    const executable = await backend.compile(boundProgram(noise.build()));
    expect(() => executable.run({}, [{}])).toThrow(
      expect.objectContaining({ code: 'VARDROP_INPUT', message: expect.stringContaining('zeta') }),
    );
    const wide = createBuilder('wide');
    wide.output('y', wide.neg(wide.input('x', [1, 2, 1, 2, 1, 2, 1])));
    await expect(backend.compile(boundProgram(wide.build()))).rejects.toMatchObject({ code: 'VARDROP_LIMITS' });
    await backend.close();
  });
});
