import { describe, expect, it } from 'vitest';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import type { Shape } from '../../src/program/program.js';
import { type Build, expectGradients, expectSecondGradients } from './richardson.js';

describe('gradients of what moves numbers', () => {
  const rows = (b: Builder) => b.constant([2, 0, 2, 7, 0.5, 2], [3, 2]);
  const movements: Readonly<Record<string, { readonly shapes: readonly Shape[]; readonly build: Build }>> = {
    gather: { shapes: [[3, 2]], build: (b, [x]) => b.gather(x, rows(b)) },
    'gather of numbers': { shapes: [[3]], build: (b, [x]) => b.gather(x, rows(b)) },
    gatherGradient: { shapes: [[3, 2, 2]], build: (b, [dy]) => b.gatherGradient(rows(b), dy, [4, 2]) },
    'concatenate of one value twice': {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      build: (b, [x, y]) => b.concatenate([x, y, x], 1),
    },
    'concatenate of one value': { shapes: [[2, 3]], build: (b, [x]) => b.concatenate([x], 0) },
    'slice backwards': { shapes: [[5, 4]], build: (b, [x]) => b.slice(x, [{ step: -2 }, { start: 2, step: -1 }]) },
    'slice in steps that leave a rest': {
      shapes: [[6, 8]],
      build: (b, [x]) => b.slice(x, [{ start: 1, step: 4 }, { step: 3 }]),
    },
    'slice of a part': { shapes: [[3, 4, 2]], build: (b, [x]) => b.slice(x, [{ start: 2 }, { start: 1, end: 3 }]) },
    'pad around and between': {
      shapes: [[2, 3]],
      build: (b, [x]) =>
        b.pad(
          x,
          [
            { before: 1, interior: 2 },
            { after: 2, interior: 1 },
          ],
          3,
        ),
    },
  };
  for (const [name, { shapes, build }] of Object.entries(movements)) {
    it(name, () => expectGradients({ shapes, build }));
    it(`${name}, twice`, () => expectSecondGradients({ shapes, build: (b, values) => b.exp(build(b, values)) }));
  }
});

describe('gradients of what takes or joins nothing', () => {
  const nothing: Readonly<Record<string, (b: Builder, x: Value) => Value>> = {
    slice: (b, x) => b.slice(x, []),
    concatenate: (b, x) => b.concatenate([x, b.constant(1, [2, 3]), x], 0),
    pad: (b, x) => b.pad(x, [{ before: 2 }]),
  };
  for (const [name, build] of Object.entries(nothing)) {
    it(name, () => {
      const b = createBuilder('nothing');
      const x = b.input('x', [0, 3]);
      const [gradient] = gradients(b, b.reduceSum(b.square(build(b, x))), [x]);
      expect(gradient.shape).toEqual([0, 3]);
    });
  }
});

describe('gradients of convolutions in groups, of pixels that lie apart', () => {
  const spread = [
    { image: [1, 6, 5, 2], filter: [2, 2, 2, 3], strides: [2, 1], padding: [0, 2, 1, 0], dilations: [3, 2], groups: 1 },
    { image: [2, 4, 5, 4], filter: [2, 3, 2, 2], strides: [1, 2], padding: [1, 0, 0, 1], dilations: [1, 1], groups: 2 },
    { image: [1, 5, 4, 3], filter: [3, 2, 1, 6], strides: [1, 1], padding: [1, 1, 0, 2], dilations: [1, 3], groups: 3 },
  ] as const;
  for (const { image, filter, ...window } of spread) {
    const convolve: Build = (b, [x, w]) => b.conv2d(x, w, window);
    const name = `image [${image}], filter [${filter}], ${JSON.stringify(window)}`;
    it(`conv2d, ${name}`, () => expectGradients({ shapes: [image, filter], build: convolve }));
    it(`conv2d twice (the gradients of its gradients), ${name}`, () =>
      expectSecondGradients({ shapes: [image, filter], build: convolve }));
    const b = createBuilder('shape');
    const { shape } = b.conv2d(b.input('x', image), b.input('w', filter), window);
    it(`conv2dInputGradient and conv2dFilterGradient, ${name}`, () => {
      expectGradients({
        shapes: [filter, shape],
        build: (b, [w, dy]) => b.conv2dInputGradient(w, dy, image, window),
      });
      expectGradients({
        shapes: [image, shape],
        build: (b, [x, dy]) => b.conv2dFilterGradient(x, dy, filter, window),
      });
    });
  }
});
