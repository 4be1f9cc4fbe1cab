import { type Builder, boundProgram, createBuilder, elementCount, type Value } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGpujsBackend, type GpujsBackend } from '../src/index.js';

const alongside = { strides: [1, 1], padding: [0, 0, 0, 0] } as const;

/** What takes more than 65,535 turns where one thread does it all. */
const programs: Readonly<Record<string, (b: Builder) => Value>> = {
  'a sum over one axis': (b) => b.reduceSum(b.input('x', [64_003])),
  'a sum over two axes of many results': (b) => b.reduceSum(b.input('x', [300, 300, 2]), [0, 1]),
  'a maximum': (b) => b.reduceMax(b.input('x', [70_001])),
  'a product': (b) => b.matmul(b.input('x', [3, 262_200]), b.input('w', [262_200, 2])),
  'both moments, and a sample': (b) => {
    const a = b.input('a', [2, 250_007]);
    const gamma = b.matmul(a, b.input('mean', [250_007, 3]));
    const delta = b.matmul(b.mul(a, a), b.input('variance', [250_007, 3]));
    return b.add(gamma, b.mul(delta, b.input('noise', [2, 3])));
  },
  "a filter's gradient": (b) =>
    b.conv2dFilterGradient(b.input('x', [109, 28, 28, 1]), b.input('dy', [109, 24, 24, 6]), [5, 5, 1, 6], alongside),
  "a depthwise filter's gradient": (b) =>
    b.conv2dFilterGradient(b.input('x', [109, 28, 28, 3]), b.input('dy', [109, 24, 24, 3]), [3, 3, 1, 3], {
      dilations: [2, 2],
      groups: 3,
    }),
  'rows of one number': (b) => b.gatherGradient(b.input('indices', [70_003]), b.input('dy', [70_003, 9]), [5, 9]),
  'a convolution': (b) => b.conv2d(b.input('x', [1, 301, 302, 1]), b.input('filter', [300, 300, 1, 2]), alongside),
  "a convolution's input gradient": (b) =>
    b.conv2dInputGradient(
      b.input('filter', [200, 200, 1, 3]),
      b.input('dy', [1, 3, 2, 3]),
      [1, 202, 201, 1],
      alongside,
    ),
  'a window': (b) => b.maxPool2d(b.input('x', [1, 310, 303, 1]), [300, 300], alongside),
  "a window's gradient": (b) => {
    const x = b.input('x', [1, 303, 301, 1]);
    return b.maxPool2dGradient(x, b.input('dy', [1, 4, 2, 1]), [300, 300], alongside);
  },
};

describe('loops of many turns on webgl2', () => {
  let backend: GpujsBackend;
  const reference = createReferenceBackend();
  beforeAll(async () => {
    backend = await createGpujsBackend({ mode: 'webgl2' });
  });
  afterAll(() => backend.close());

  it.each(Object.keys(programs))('%s of whole numbers is exact', async (name) => {
    const b = createBuilder(name);
    b.output('y', programs[name](b));
    const program = boundProgram(b.build());
    const run = async (on: Pick<GpujsBackend, 'compile' | 'upload' | 'read' | 'dispose'>) => {
      const executable = await on.compile(program);
      const inputs = program.nodes.flatMap((node, id) => {
        if (node.op !== 'input') return [];
        // Mostly positive, so that a sum that ends early is another; and few enough for sums of squares below 2²⁴.
        const values = Float32Array.from({ length: elementCount(node.shape) }, (_, i) => ((i * 7919 + id) % 6) - 1);
        return [[node.name, on.upload(values, node.shape)] as const];
      });
      const { y } = executable.run(Object.fromEntries(inputs), [{}]).outputs[0];
      const values = await on.read(y);
      for (const tensor of [y, ...inputs.map(([, tensor]) => tensor)]) on.dispose(tensor);
      executable.dispose();
      return values;
    };
    expect(await run(backend)).toEqual(await run(reference));
  });

  it('are declared, as counted', () => {
    expect(backend.supports.turns).toBeGreaterThanOrEqual(4096);
    expect(backend.supports.turns).toBeLessThanOrEqual(2 ** 20);
  });
});
