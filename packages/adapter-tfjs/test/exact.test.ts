import { createBuilder } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { checkExact, checkExactPrograms } from './checkExact.js';
import { createVariant, variants } from './devices.js';
import { exactPrograms } from './exactPrograms.js';

describe.each(variants)('on whole numbers, on %s', async (variant) => {
  const backend = await createVariant(variant);
  it.each(Object.keys(exactPrograms))('%s are exact', async (kind) => {
    await checkExactPrograms(backend, kind, 60);
    expect(backend.liveTensors()).toBe(0);
  });

  // More rows, columns and channels than are added up in one go.
  it.each([
    { image: [3, 700, 2, 6], filter: [3, 1, 1, 6], groups: 6, strides: [1, 1] },
    { image: [1, 2, 2500, 4], filter: [1, 3, 2, 8], groups: 2, strides: [1, 1] },
    { image: [2, 1, 4100, 3], filter: [1, 2, 1, 6], groups: 3, strides: [1, 2] },
    { image: [1, 3, 3, 1000], filter: [3, 3, 500, 6], groups: 2, strides: [1, 1] },
    { image: [1, 5, 4, 6], filter: [3, 3, 3, 1000], groups: 2, strides: [2, 1] },
    { image: [3, 500, 2, 3], filter: [3, 1, 3, 7], groups: 1, strides: [1, 1] },
    { image: [1, 3, 4, 700], filter: [3, 2, 700, 21], groups: 1, strides: [1, 2] },
  ] as const)('long sums of convolutions are exact: $image, $filter', async (given) => {
    const { image, filter, groups, strides } = given;
    const b = createBuilder('long sums');
    const [x, f] = [b.input('x', image), b.input('filter', filter)];
    const y = b.conv2d(x, f, { groups, strides });
    const dy = b.input('dy', y.shape);
    b.output('y', y);
    b.output('image', b.conv2dInputGradient(f, dy, image, { groups, strides }));
    b.output('filters', b.conv2dFilterGradient(x, dy, filter, { groups, strides }));
    await checkExact(backend, b.build(), 1);
  });
});
