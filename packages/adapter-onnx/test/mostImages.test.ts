import { boundProgram, createBuilder, elementCount } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { emitProgram } from '../src/emit/emitProgram.js';
import { encodeModel } from '../src/model/schema.js';
import { openModel } from './runtimes.js';

const side = fc.integer({ min: 1, max: 4 });

it('convolutions of more images than one takes are those of all at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        images: fc.integer({ min: 1, max: 12 }),
        channels: fc.integer({ min: 1, max: 6 }),
        height: side,
        width: side,
      }),
      fc.record({ onGpu: fc.boolean(), mostImages: fc.integer({ min: 1, max: 5 }) }),
      fc.infiniteStream(fc.integer({ min: -3, max: 3 })),
      async ({ images, channels, height, width }, style, stream) => {
        const b = createBuilder('convolutions');
        const window = { strides: [2, 1], padding: [0, height - 1, width - 1, 0] } as const;
        const x = b.input('x', [images, 5, 6, channels]);
        const filter = b.input('filter', [height, width, channels, 2]);
        const y = b.conv2d(x, filter, window);
        b.output('y', y);
        b.output('gradient', b.conv2dFilterGradient(x, b.input('dy', y.shape), filter.shape, window));
        const program = boundProgram(b.build());
        const values = Object.fromEntries(
          program.nodes.flatMap((node) => {
            if (node.op !== 'input') return [];
            const data = Float32Array.from({ length: elementCount(node.shape) }, () => stream.next().value);
            return [[node.name, { data, shape: node.shape }]];
          }),
        );
        const reference = createReferenceBackend();
        const executable = await reference.compile(program);
        const given = Object.entries(values).map(
          ([name, { data, shape }]) => [name, reference.upload(data, shape)] as const,
        );
        const [expected] = executable.run(Object.fromEntries(given), [{}]).outputs;
        const { model, outputs } = emitProgram(program, style);
        const convolutions = model.graph.node.filter(({ opType }) => opType === 'Conv');
        // The gradient is one product for each cell of the filter, on GPUs for filters as small as these, else from four
        // channels on.
        const ofGradient = style.onGpu || channels >= 4 ? 0 : Math.ceil(channels / style.mostImages);
        expect(convolutions.length).toBe(Math.ceil(images / style.mostImages) + ofGradient);
        const opened = await openModel('wasm', encodeModel(model));
        const actual = await opened.run(values);
        for (const [name, tensor] of Object.entries(expected)) {
          expect(actual[outputs[name]].map((each) => each + 0)).toEqual(
            (await reference.read(tensor)).map((each) => each + 0),
          );
        }
        await opened.release();
      },
    ),
    { numRuns: 15 },
  );
});
