import { describe, expect, it } from 'vitest';
import type { Padding } from '../../src/program/index.js';
import { at, count, createRandom, distance, dot, evaluateOperation, indices, nodeOf, randomValues } from './helpers.js';

interface WindowCase {
  readonly image: number[];
  readonly filter: number[];
  readonly strides: [number, number];
  readonly padding: Padding;
  /** 1 where left out. */
  readonly dilations?: [number, number];
  readonly groups?: number;
}

const cases: WindowCase[] = [
  { image: [2, 5, 6, 2], filter: [3, 2, 2, 3], strides: [1, 1], padding: [0, 0, 0, 0] },
  { image: [1, 5, 5, 1], filter: [3, 3, 1, 2], strides: [2, 2], padding: [1, 1, 1, 1] },
  { image: [2, 4, 7, 3], filter: [2, 3, 3, 1], strides: [1, 3], padding: [0, 1, 2, 0] },
  { image: [1, 6, 5, 2], filter: [1, 1, 2, 2], strides: [2, 3], padding: [0, 0, 0, 0] },
  { image: [3, 2, 2, 1], filter: [2, 2, 1, 4], strides: [1, 1], padding: [1, 0, 0, 1] },
  { image: [2, 6, 7, 2], filter: [3, 2, 2, 3], strides: [1, 2], padding: [2, 1, 0, 3], dilations: [2, 3] },
  { image: [1, 4, 5, 4], filter: [2, 2, 2, 6], strides: [2, 1], padding: [0, 1, 1, 0], groups: 2 },
  { image: [2, 5, 5, 3], filter: [3, 3, 1, 3], strides: [1, 1], padding: [1, 1, 1, 1], groups: 3 },
  { image: [1, 6, 4, 3], filter: [2, 3, 1, 6], strides: [1, 1], padding: [1, 2, 0, 1], dilations: [3, 1], groups: 3 },
];

/** Adds up values of magnitude below 1 in any order: the most that two float64 results may differ by. */
const rounding = (terms: number) => 2 * terms * terms * 2 ** -53;

const title =
  'convolution of $image with $filter, strides $strides, padding $padding, dilations $dilations, groups $groups';

describe.each(cases)(title, (given) => {
  const { image, filter, strides, padding, dilations = [1, 1], groups = 1 } = given;
  const window = { strides, padding, dilations, groups };
  const random = createRandom(11);
  const x = randomValues(image, random);
  const w = randomValues(filter, random);
  const convolve = { op: 'conv2d', ...window } as const;
  const result = nodeOf(convolve, [image, filter]).shape as number[];
  const dy = randomValues(result, random);
  const y = evaluateOperation(convolve, [x, w], [image, filter]);
  const dx = evaluateOperation({ op: 'conv2dInputGradient', ...window }, [w, dy], [filter, result], image);
  const dw = evaluateOperation({ op: 'conv2dFilterGradient', ...window }, [x, dy], [image, result], filter);

  it('is the sum over filter cells and channels', () => {
    indices(result).forEach(([b, row, column, out], place) => {
      let sum = 0;
      for (const [i, j, c] of indices(filter.slice(0, 3))) {
        const h = row * strides[0] + i * dilations[0] - padding[0];
        const v = column * strides[1] + j * dilations[1] - padding[2];
        const inside = h >= 0 && h < image[1] && v >= 0 && v < image[2];
        // The first channel of the part of the image that this channel of the result reads.
        const first = Math.floor((out * groups) / filter[3]) * filter[2];
        if (inside) sum += at(x, image, [b, h, v, first + c]) * at(w, filter, [i, j, c, out]);
      }
      expect(Math.abs(y[place] - sum)).toBeLessThanOrEqual(rounding(count(filter)));
    });
  });

  it('has gradients that are adjoint to it', () => {
    const forward = dot(y, dy);
    const slack = rounding(count(result) * count(filter));
    expect(Math.abs(forward - dot(x, dx))).toBeLessThanOrEqual(slack);
    expect(Math.abs(forward - dot(w, dw))).toBeLessThanOrEqual(slack);
    expect(Math.abs(forward)).toBeGreaterThan(1e-3);
  });

  it('has gradients that central differences give', () => {
    // Linear in each operand: a difference with step 1 has no truncation error.
    const difference = (operands: [Float64Array, Float64Array], which: 0 | 1) =>
      operands[which].map((_, i) => {
        const shifted = (step: number) => {
          const moved = operands.map((values) => Float64Array.from(values));
          moved[which][i] += step;
          return dot(evaluateOperation(convolve, moved, [image, filter]), dy);
        };
        return (shifted(1) - shifted(-1)) / 2;
      });
    const slack = rounding(2 * count(result) * count(filter));
    expect(distance(difference([x, w], 0), dx)).toBeLessThanOrEqual(slack);
    expect(distance(difference([x, w], 1), dw)).toBeLessThanOrEqual(slack);
  });
});

describe('convolution by hand', () => {
  const window = { strides: [1, 1], padding: [0, 0, 0, 0], dilations: [1, 1], groups: 1 } as const;
  it('correlates, and does not flip the filter', () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const w = [1, 10, 100, 1000];
    const got = evaluateOperation(
      { op: 'conv2d', ...window },
      [x, w],
      [
        [1, 3, 3, 1],
        [2, 2, 1, 1],
      ],
    );
    expect([...got]).toEqual([5421, 6532, 8754, 9865]);
  });
});

const pools = [
  { image: [2, 4, 6, 2], size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] },
  { image: [1, 5, 5, 3], size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1] },
  { image: [2, 5, 4, 1], size: [3, 2], strides: [1, 1], padding: [0, 1, 1, 0] },
  { image: [1, 7, 5, 2], size: [2, 3], strides: [3, 2], padding: [1, 0, 2, 0] },
] as { image: number[]; size: [number, number]; strides: [number, number]; padding: Padding }[];

describe.each(pools)('pooling of $image by $size, strides $strides, padding $padding', ({ image, ...window }) => {
  const random = createRandom(12);
  const x = randomValues(image, random);
  const maximum = { op: 'maxPool2d', ...window } as const;
  const average = { op: 'averagePool2d', ...window } as const;
  const result = nodeOf(maximum, [image]).shape as number[];
  const dy = randomValues(result, random);

  const seen = ([b, row, column, c]: number[]) =>
    indices(window.size).flatMap(([i, j]) => {
      const h = row * window.strides[0] + i - window.padding[0];
      const v = column * window.strides[1] + j - window.padding[2];
      return h >= 0 && h < image[1] && v >= 0 && v < image[2] ? [at(x, image, [b, h, v, c])] : [];
    });

  it('takes the largest and the mean of what a window sees', () => {
    const windows = indices(result).map(seen);
    expect([...evaluateOperation(maximum, [x], [image])]).toEqual(windows.map((values) => Math.max(...values)));
    const means = Float64Array.from(windows, (values) => values.reduce((a, b) => a + b, 0) / values.length);
    expect(distance(evaluateOperation(average, [x], [image]), means)).toBeLessThanOrEqual(rounding(9));
  });

  it('never lets padding win', () => {
    const negative = x.map((value) => value - 2);
    expect(Math.max(...evaluateOperation(maximum, [negative], [image]))).toBeLessThan(0);
  });

  it('has an average gradient that is adjoint to it', () => {
    const y = evaluateOperation(average, [x], [image]);
    const dx = evaluateOperation({ op: 'averagePool2dGradient', ...window }, [dy], [result], image);
    expect(Math.abs(dot(y, dy) - dot(x, dx))).toBeLessThanOrEqual(rounding(count(image)));
  });

  it('has a maximum gradient that central differences give', () => {
    // No two values of the image are closer than the step, so that no difference crosses a kink.
    const sorted = [...x].sort((a, b) => a - b);
    const gap = Math.min(...sorted.slice(1).map((value, i) => value - sorted[i]));
    const step = gap / 4;
    expect(step).toBeGreaterThan(1e-8);
    const dx = evaluateOperation({ op: 'maxPool2dGradient', ...window }, [x, dy], [image, result]);
    const differences = x.map((_, i) => {
      const shifted = (by: number) => {
        const moved = Float64Array.from(x);
        moved[i] += by;
        return dot(evaluateOperation(maximum, [moved], [image]), dy);
      };
      return (shifted(step) - shifted(-step)) / (2 * step);
    });
    expect(distance(differences, dx)).toBeLessThanOrEqual(rounding(count(result)) / step);
  });
});

describe('ties in a maximum', () => {
  it('give the gradient to the first in row-major order', () => {
    const window = { size: [2, 2], strides: [1, 1], padding: [0, 0, 0, 0] } as const;
    const x = [1, 1, 0, 1, 1, 1];
    const dx = evaluateOperation(
      { op: 'maxPool2dGradient', ...window },
      [x, [2, 3]],
      [
        [1, 2, 3, 1],
        [1, 1, 2, 1],
      ],
    );
    expect([...dx]).toEqual([2, 3, 0, 0, 0, 0]);
  });

  it('treat each channel alone, and give the gradient to NaN where there is one', () => {
    const window = { size: [1, 2], strides: [1, 2], padding: [0, 0, 0, 0] } as const;
    const x = [1, 5, 2, 4, Number.NaN, 0, 3, 0];
    const shapes = [
      [1, 1, 4, 2],
      [1, 1, 2, 2],
    ];
    const dx = evaluateOperation({ op: 'maxPool2dGradient', ...window }, [x, [1, 2, 3, 4]], shapes);
    expect([...dx]).toEqual([0, 2, 1, 0, 3, 4, 0, 0]);
    expect([...evaluateOperation({ op: 'maxPool2d', ...window }, [x], [shapes[0]])]).toEqual([2, 5, Number.NaN, 0]);
  });
});
