import { createBuilder, elementCount } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { checkExact, checkExactPrograms } from '../test/checkExact.js';
import { exactPrograms } from '../test/exactPrograms.js';

describe.each(['webgl', 'webgpu'] as const)('on whole numbers, on %s', async (device) => {
  const backend = await createTfjsBackend({ device });

  it.each(Object.keys(exactPrograms))('%s are exact', async (kind) => {
    await checkExactPrograms(backend, kind, 12);
  });

  it('six axes are sliced, padded and joined', async () => {
    const b = createBuilder('six axes');
    const x = b.input('x', [2, 3, 5, 1, 4, 7]);
    const sliced = b.slice(x, [undefined, { step: -2 }, { start: 1, step: 3 }, undefined, { step: -1 }, { end: 6 }]);
    b.output('slice', sliced);
    b.output(
      'pad',
      b.pad(
        sliced,
        sliced.shape.map((_, axis) => ({ before: axis % 2, after: 1, interior: axis })),
        3,
      ),
    );
    for (const axis of x.shape.keys()) b.output(`join${axis}`, b.concatenate([x, b.neg(x), x], axis));
    await checkExact(backend, b.build(), 7);
  });

  it('images beyond 65,535 and wide rows of tables are taken', async () => {
    const b = createBuilder('many');
    const images = b.input('images', [70_001, 1, 2, 2]);
    const filter = b.input('filter', [1, 2, 1, 2]);
    const window = { groups: 2 };
    const y = b.conv2d(images, filter, window);
    b.output('y', y);
    b.output('image', b.conv2dInputGradient(filter, y, images.shape, window));
    const indices = b.input('indices', [3]);
    const rows = b.gather(b.input('table', [5, 70_001]), indices);
    b.output('rows', rows);
    b.output('table', b.gatherGradient(indices, rows, [5, 70_001]));
    b.output('backwards', b.slice(rows, [undefined, { step: -3 }]));
    expect(elementCount(images.shape as number[])).toBeGreaterThan(65_535);
    await checkExact(backend, b.build(), 8);
  });
});
