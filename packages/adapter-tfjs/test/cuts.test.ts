import { type Builder, boundProgram, createBuilder, elementCount, type Value } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBackend } from '../src/backend.js';
import { loadDevice } from '../src/start/loadDevice.js';

const few = fc.integer({ min: 1, max: 4 });
const side = fc.integer({ min: 1, max: 7 });

/** What graphics cards have to be given in parts. */
const operations: Readonly<Record<string, fc.Arbitrary<(b: Builder) => Record<string, Value>>>> = {
  products: fc
    .record({
      batch: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      rows: fc.integer({ min: 1, max: 200 }),
      columns: few,
      length: fc.integer({ min: 1, max: 90 }),
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
    })
    .map(({ batch, rows, columns, length, ...flags }) => (b) => {
      const first = batch === undefined ? [] : [batch];
      const left = b.input('left', [...first, ...(flags.transposeA ? [length, rows] : [rows, length])]);
      const right = b.input('right', [...first, ...(flags.transposeB ? [columns, length] : [length, columns])]);
      return { product: b.matmul(left, right, flags) };
    }),
  convolutions: fc
    .record({
      image: fc.tuple(fc.integer({ min: 1, max: 12 }), side, side, few),
      filter: fc.tuple(side, side, few),
      strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      margins: fc.tuple(...Array.from({ length: 4 }, () => fc.nat(3))),
    })
    .filter(({ image, filter }) => image[1] >= filter[0] && image[2] >= filter[1])
    .map(({ image, filter: [height, width, filters], strides, margins }) => (b) => {
      const [top, bottom, left, right] = margins.map((n, at) => Math.min(n, (at < 2 ? height : width) - 1));
      const window = { strides, padding: [top, bottom, left, right] } as const;
      const x = b.input('x', image);
      const filter = b.input('filter', [height, width, image[3], filters]);
      const y = b.conv2d(x, filter, window);
      const dy = b.input('dy', y.shape);
      return {
        y,
        image: b.conv2dInputGradient(filter, dy, x.shape, window),
        filter: b.conv2dFilterGradient(x, dy, filter.shape, window),
      };
    }),
};

it.each(Object.keys(operations))('%s of whole numbers are exact however they are cut', async (kind) => {
  const device = await loadDevice('cpu');
  const reference = createReferenceBackend();
  await fc.assert(
    fc.asyncProperty(
      operations[kind],
      fc.record({ turns: fc.integer({ min: 10, max: 60 }), groups: fc.integer({ min: 1, max: 5 }) }),
      fc.infiniteStream(fc.integer({ min: -3, max: 3 })),
      async (make, limits, stream) => {
        const b = createBuilder(kind);
        for (const [name, value] of Object.entries(make(b))) b.output(name, value);
        const program = boundProgram(b.build());
        const values = program.nodes.flatMap((node) => {
          if (node.op !== 'input') return [];
          const own = Float32Array.from({ length: elementCount(node.shape) }, () => stream.next().value);
          return [[node.name, own, node.shape] as const];
        });
        const run = async (on: Pick<typeof reference, 'compile' | 'upload' | 'read' | 'dispose'>) => {
          const executable = await on.compile(program);
          const inputs = Object.fromEntries(values.map(([name, own, shape]) => [name, on.upload(own, shape)]));
          const outputs = Object.values(executable.run(inputs, [{}]).outputs[0]);
          // 0 for −0, which sums in parts may have as well.
          const read = await Promise.all(outputs.map(async (each) => (await on.read(each)).map((y) => y + 0)));
          for (const each of [...outputs, ...Object.values(inputs)]) on.dispose(each);
          executable.dispose();
          return read;
        };
        const before = device.tf.memory().numTensors + device.host.numDataIds();
        const backend = createBackend({ ...device, ...limits }, { fuse: false });
        expect(await run(backend)).toEqual(await run(reference));
        await backend.close();
        expect(device.tf.memory().numTensors + device.host.numDataIds()).toBe(before);
      },
    ),
    { numRuns: 30 },
  );
});
