import * as tf from '@tensorflow/tfjs';
import type { Backend } from '@vardrop/core';
import { type Builder, boundProgram, createBuilder, elementCount, type Value } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { loadDevice } from '../src/start/loadDevice.js';

const alongside = { strides: [1, 1], padding: [0, 0, 0, 0] } as const;

/** What takes more than 65,535 turns where one thread does it all. */
const long: Readonly<Record<string, (b: Builder) => Value>> = {
  'a maximum': (b) => b.reduceMax(b.input('x', [300_007, 2]), [0]),
  'a product': (b) => b.matmul(b.input('x', [3, 140_001]), b.input('w', [140_001, 2])),
  'products of transposed operands': (b) =>
    b.matmul(b.input('x', [2, 140_001, 3]), b.input('w', [2, 5, 140_001]), { transposeA: true, transposeB: true }),
  "a filter's gradient": (b) =>
    b.conv2dFilterGradient(b.input('x', [256, 28, 28, 1]), b.input('dy', [256, 24, 24, 6]), [5, 5, 1, 6], alongside),
  "a filter's gradient with strides": (b) =>
    b.conv2dFilterGradient(b.input('x', [2, 401, 420, 1]), b.input('dy', [2, 201, 210, 2]), [3, 4, 1, 2], {
      strides: [2, 2],
      padding: [1, 1, 0, 2],
    }),
  'a convolution': (b) => b.conv2d(b.input('x', [2, 202, 201, 2]), b.input('filter', [200, 200, 2, 3]), alongside),
  "a depthwise filter's gradient": (b) =>
    b.conv2dFilterGradient(b.input('x', [16, 101, 102, 3]), b.input('dy', [16, 99, 98, 6]), [3, 3, 1, 6], {
      ...alongside,
      dilations: [1, 2],
      groups: 3,
    }),
  "a table's gradient": (b) => b.gatherGradient(b.input('indices', [140_001]), b.input('dy', [140_001, 3]), [5, 3]),
  'a window': (b) => b.maxPool2d(b.input('x', [1, 310, 303, 1]), [300, 300], alongside),
  'a mean of a window': (b) => b.averagePool2d(b.input('x', [1, 260, 257, 1]), [256, 256], alongside),
  "a window's gradient": (b) => {
    const x = b.input('x', [1, 303, 301, 1]);
    return b.maxPool2dGradient(x, b.input('dy', [1, 4, 2, 1]), [300, 300], alongside);
  },
};

async function check(backend: Backend, make: (b: Builder) => Value): Promise<void> {
  const b = createBuilder('turns');
  b.output('y', make(b));
  const program = boundProgram(b.build());
  const run = async (on: Pick<Backend, 'compile' | 'upload' | 'read' | 'dispose'>) => {
    const executable = await on.compile(program);
    const inputs = program.nodes.flatMap((node, id) => {
      if (node.op !== 'input') return [];
      // Mostly positive, so that a sum that ends early is another; and few enough for sums below 2²⁴.
      const values = Float32Array.from({ length: elementCount(node.shape) }, (_, i) => ((i * 7919 + id) % 6) - 1);
      return [[node.name, on.upload(values, node.shape)] as const];
    });
    const { y } = executable.run(Object.fromEntries(inputs), [{}]).outputs[0];
    const values = await on.read(y);
    for (const tensor of [y, ...inputs.map(([, tensor]) => tensor)]) on.dispose(tensor);
    executable.dispose();
    return values;
  };
  const before = tf.memory().numTensors;
  const [actual, expected] = [await run(backend), await run(createReferenceBackend())];
  expect(actual.length).toBe(expected.length);
  // toEqual takes seconds for a million numbers.
  expect(actual.findIndex((y, i) => y !== expected[i])).toBe(-1);
  expect(backend.liveTensors()).toBe(0);
  expect(tf.memory().numTensors).toBe(before);
}

it.each(Object.keys(long))('loops of many turns on webgl: %s of whole numbers is exact', async (name) => {
  const backend = await createTfjsBackend({ tf, device: 'webgl' });
  await check(backend, long[name]);
  await backend.close();
});

it('windows that are too long along one side are refused on webgl', async () => {
  const backend = await createTfjsBackend({ tf, device: 'webgl' });
  const b = createBuilder('long');
  b.output('y', b.maxPool2d(b.input('x', [1, 400_000, 1, 1]), [400_000, 1]));
  await expect(backend.compile(boundProgram(b.build()))).rejects.toMatchObject({
    code: 'VARDROP_LIMITS',
    message: expect.stringMatching(
      /%1 \(maxPool2d\) \[1,1,1,1\]: got a window of 400000 × 1, needs one of at most \d+ cells/,
    ),
  });
  await backend.close();
});

it('sums that core would have put in stages are refused on webgl', async () => {
  const backend = await createTfjsBackend({ tf, device: 'webgl' });
  const b = createBuilder('long');
  b.output('y', b.reduceSum(b.input('x', [1_100_003])));
  await expect(backend.compile(boundProgram(b.build()))).rejects.toMatchObject({
    code: 'VARDROP_LIMITS',
    message: expect.stringMatching(/got a sum of 1100003 terms, needs one of at most \d+\. Compile it through core\./),
  });
  await backend.close();
});

it('groups that see too much are refused on webgl', async () => {
  const backend = await createTfjsBackend({ tf, device: 'webgl' });
  const b = createBuilder('long');
  b.output('y', b.conv2d(b.input('x', [1, 2000, 2000, 2]), b.input('filter', [2000, 2000, 1, 2]), { groups: 2 }));
  await expect(backend.compile(boundProgram(b.build()))).rejects.toMatchObject({
    code: 'VARDROP_LIMITS',
    message: expect.stringMatching(
      /%2 \(conv2d\) \[1,1,1,2\]: got a window of \d+ turns of a loop, needs one of at most \d+/,
    ),
  });
  await backend.close();
});

it('WebGPU says how many groups of threads there are in one direction', async () => {
  // What is cut by it is tested where it is cheap: 65,536 convolutions take minutes in software.
  const { groups } = await loadDevice('webgpu', tf);
  const { device } = tf.findBackend('webgpu') as unknown as { readonly device: GPUDevice };
  expect(groups).toBe(device.limits.maxComputeWorkgroupsPerDimension);
});

it.each(['webgl', 'webgpu'] as const)('turns of loops are declared, as counted: %s', async (device) => {
  const backend = await createTfjsBackend({ tf, device });
  expect(backend.supports.turns).toBeGreaterThanOrEqual(4096);
  expect(backend.supports.turns).toBeLessThanOrEqual(2 ** 20);
  await backend.close();
});
