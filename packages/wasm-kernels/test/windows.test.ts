import { boundProgram, createBuilder } from '@vardrop/core/program';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { checkKernels } from './checkKernels.js';

const two = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
const amount = fc.integer({ min: 0, max: 2 });

/** Sizes of images and of the windows that move over them. Some images have many rows, and so many tasks. */
const windows = fc
  .record({
    batch: fc.constantFrom(1, 2, 3, 67),
    size: fc.tuple(fc.constantFrom(1, 2, 4, 7, 12, 31), fc.constantFrom(1, 2, 3, 6, 11, 23)),
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    strides: two,
    /** Windows that do not overlap are poolings' most common ones. */
    apart: fc.boolean(),
    padding: fc.tuple(amount, amount, amount, amount),
  })
  .map((drawn) => {
    const [top, bottom, left, right] = drawn.padding;
    const [down, across] = drawn.kernel.map((n) => n - 1);
    const padding = [
      Math.min(top, down),
      Math.min(bottom, down),
      Math.min(left, across),
      Math.min(right, across),
    ] as const;
    return { ...drawn, padding, strides: drawn.apart ? drawn.kernel : drawn.strides };
  });

/** Whether a window, with gaps between its cells, fits into the padded image. */
function fits(
  { size, kernel, padding: [top, bottom, left, right] }: WindowSizes,
  dilations: readonly number[],
): boolean {
  const [down, across] = kernel.map((n, i) => (n - 1) * dilations[i] + 1);
  return size[0] + top + bottom >= down && size[1] + left + right >= across;
}
type WindowSizes = typeof windows extends fc.Arbitrary<infer T> ? T : never;

const convolutions = fc
  .record({
    window: windows,
    groups: fc.constantFrom(1, 1, 1, 2, 3, 8, 31),
    perGroup: fc.constantFrom(1, 1, 2, 3, 8, 97),
    multiple: fc.constantFrom(1, 2, 4, 6, 8, 13, 20, 50),
    dilations: two,
  })
  .filter(({ window, groups, perGroup, multiple, dilations }) => {
    const pixels = window.batch * window.size[0] * window.size[1];
    const products = pixels * window.kernel[0] * window.kernel[1] * groups * perGroup * multiple;
    return fits(window, dilations) && products < 1_000_000;
  });

const pools = fc
  .record({ window: windows, channels: fc.constantFrom(1, 3, 4, 6, 20) })
  .filter(
    ({ window, channels }) =>
      fits(window, [1, 1]) && window.batch * window.size[0] * window.size[1] * channels < 100_000,
  );

describe('in any order of their tasks', () => {
  it('convolutions and their gradients agree with the reference', () => {
    fc.assert(
      fc.property(convolutions, fc.nat(), ({ window, groups, perGroup, multiple, dilations }, seed) => {
        const { batch, size, kernel, strides, padding } = window;
        const options = { strides, dilations, padding, groups };
        const b = createBuilder('convolution');
        const x = b.input('x', [batch, ...size, groups * perGroup]);
        const filter = b.input('filter', [...kernel, perGroup, groups * multiple]);
        const y = b.conv2d(x, filter, options);
        const dy = b.input('dy', y.shape);
        b.output('y', y);
        b.output('image', b.conv2dInputGradient(filter, dy, x.shape, options));
        b.output('filters', b.conv2dFilterGradient(x, dy, filter.shape, options));
        checkKernels(boundProgram(b.build()), seed);
      }),
      { numRuns: 60 },
    );
  });

  it('poolings and their gradients agree with the reference', () => {
    fc.assert(
      fc.property(pools, fc.nat(), ({ window, channels }, seed) => {
        const { batch, size, kernel, strides, padding } = window;
        const options = { strides, padding };
        const b = createBuilder('pooling');
        const x = b.input('x', [batch, ...size, channels]);
        const y = b.maxPool2d(x, kernel, options);
        b.output('maximum', y);
        b.output('average', b.averagePool2d(x, kernel, options));
        // With these counts of cells, shares are exact.
        if ([1, 2, 4, 8, 16].includes(kernel[0] * kernel[1]) && padding.every((n) => n === 0)) {
          b.output('shares', b.averagePool2dGradient(b.input('flow', y.shape), x.shape, kernel, options));
        }
        b.output('gradient', b.maxPool2dGradient(x, b.input('dy', y.shape), kernel, options));
        checkKernels(boundProgram(b.build()), seed);
      }),
      { numRuns: 150 },
    );
  });
});
