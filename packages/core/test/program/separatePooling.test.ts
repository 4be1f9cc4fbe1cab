import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder, elementCount, type Program, separatePooling } from '../../src/program/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';

const length = fc.integer({ min: 1, max: 9 });
const window = fc
  .record({
    size: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    margins: fc.tuple(...Array.from({ length: 4 }, () => fc.nat(4))),
    image: fc.tuple(fc.integer({ min: 1, max: 2 }), length, length, fc.integer({ min: 1, max: 3 })),
  })
  .map(({ margins, ...rest }) => ({
    ...rest,
    // Each window sees something of the image.
    padding: margins.map((each, side) => each % rest.size[side >> 1]) as unknown as [number, number, number, number],
  }))
  .filter(({ image, size, padding: [top, bottom, left, right] }) => {
    return image[1] + top + bottom >= size[0] && image[2] + left + right >= size[1];
  });

function programOf(
  op: string,
  { size, strides, padding, image }: Parameters<Parameters<typeof window.map>[0]>[0],
): Program {
  const b = createBuilder(op);
  const x = b.input('x', image);
  const pooled = op.startsWith('max')
    ? b.maxPool2d(x, size, { strides, padding })
    : b.averagePool2d(x, size, { strides, padding });
  b.output('pooled', pooled);
  const dy = b.input('dy', pooled.shape);
  b.output(
    'gradient',
    op.startsWith('max')
      ? b.maxPool2dGradient(x, dy, size, { strides, padding })
      : b.averagePool2dGradient(dy, image, size, { strides, padding }),
  );
  return b.build();
}

it.each(['max', 'average'])('windows taken along rows, then down columns, are those taken at once: %s', async (op) => {
  const backend = createReferenceBackend();
  const run = async (program: Program, values: Readonly<Record<string, Float32Array>>) => {
    const executable = await backend.compile(boundProgram(program));
    const inputs = Object.fromEntries(
      program.nodes.flatMap((node) =>
        node.op === 'input' ? [[node.name, backend.upload(values[node.name], node.shape as number[])]] : [],
      ),
    );
    const [outputs] = executable.run(inputs, [{}]).outputs;
    return Promise.all([backend.read(outputs.pooled), backend.read(outputs.gradient)]);
  };
  await fc.assert(
    fc.asyncProperty(
      window,
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(fc.integer({ min: -3, max: 3 })),
      async (made, most, stream) => {
        const program = programOf(op, made);
        const separated = separatePooling(program, most);
        for (const node of separated.nodes) {
          if ('size' in node) expect(node.size[0] * node.size[1] <= most || node.size.includes(1)).toBe(true);
        }
        // Few numbers, so that windows have several maxima.
        const values = Object.fromEntries(
          program.nodes.flatMap((node) =>
            node.op === 'input'
              ? [[node.name, Float32Array.from({ length: elementCount(node.shape) }, () => stream.next().value)]]
              : [],
          ),
        );
        const [expected, actual] = [await run(program, values), await run(separated, values)];
        actual.forEach((each, i) => {
          expect(each.length).toBe(expected[i].length);
          // Numbers up to 3, in up to 25 windows: computed in float64, and read as float32.
          each.forEach((y, at) => {
            expect(Math.abs(y - expected[i][at])).toBeLessThanOrEqual(op === 'max' ? 0 : 2 ** -17);
          });
        });
      },
    ),
    { numRuns: 200 },
  );
});
