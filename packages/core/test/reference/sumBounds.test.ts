import { describe, expect, it } from 'vitest';
import { boundProgram } from '../../src/program/boundProgram.js';
import type { Operation, ProgramNode } from '../../src/program/index.js';
import { accumulationFactor, additions, failureProbability } from '../../src/reference/accumulation.js';
import { unitInLastPlace } from '../../src/reference/float32.js';
import { createReferenceBackend, magnitude, meaningful, withinBound } from '../../src/reference/index.js';
import {
  check,
  flush,
  flushing,
  ieee,
  pairwise,
  sequential,
  shuffled,
  spread,
  termsOf,
  toHalf,
  ulps,
  values,
} from './float32Arithmetic.js';
import { createRandom, nodeOf } from './helpers.js';

const u = 2 ** -24;

const window = { strides: [1, 1], padding: [1, 0, 0, 1] } as const;
const strided = { strides: [2, 1], padding: [0, 1, 1, 0] } as const;
const plain = { dilations: [1, 1], groups: 1 } as const;
const sums: { name: string; operation: Operation; shapes: number[][]; declared?: number[]; which: number }[] = [
  { name: 'reduceSum', operation: { op: 'reduceSum', axes: [0], keepAxes: false }, shapes: [[90, 3]], which: 0 },
  { name: 'short reduceSum', operation: { op: 'reduceSum', axes: [1], keepAxes: true }, shapes: [[20, 7]], which: 0 },
  {
    name: 'matmul',
    operation: { op: 'matmul', transposeA: false, transposeB: true },
    shapes: [
      [4, 30],
      [5, 30],
    ],
    which: 0,
  },
  {
    name: 'conv2d',
    operation: { op: 'conv2d', ...window, ...plain },
    shapes: [
      [1, 4, 5, 3],
      [2, 3, 3, 2],
    ],
    which: 0,
  },
  {
    name: 'conv2dInputGradient',
    operation: { op: 'conv2dInputGradient', ...strided, ...plain },
    shapes: [
      [3, 2, 2, 4],
      [2, 2, 4, 4],
    ],
    declared: [2, 4, 4, 2],
    which: 0,
  },
  {
    name: 'conv2dFilterGradient',
    operation: { op: 'conv2dFilterGradient', ...window, ...plain },
    shapes: [
      [3, 4, 4, 2],
      [3, 4, 3, 3],
    ],
    declared: [2, 3, 2, 3],
    which: 1,
  },
  {
    name: 'conv2d of pixels that lie apart, in groups',
    operation: { op: 'conv2d', ...window, dilations: [2, 3], groups: 2 },
    shapes: [
      [1, 6, 8, 6],
      [2, 2, 3, 4],
    ],
    which: 0,
  },
  {
    name: 'conv2dInputGradient of pixels that lie apart, in groups',
    operation: { op: 'conv2dInputGradient', ...strided, dilations: [2, 3], groups: 2 },
    shapes: [
      [3, 2, 2, 8],
      [2, 2, 4, 8],
    ],
    declared: [2, 7, 6, 4],
    which: 0,
  },
  {
    name: 'conv2dFilterGradient of pixels that lie apart, in groups',
    operation: { op: 'conv2dFilterGradient', ...window, dilations: [1, 2], groups: 2 },
    shapes: [
      [3, 4, 5, 4],
      [3, 4, 4, 2],
    ],
    declared: [2, 2, 2, 2],
    which: 1,
  },
  {
    name: 'maxPool2dGradient',
    operation: { op: 'maxPool2dGradient', size: [3, 3], ...window },
    shapes: [
      [2, 5, 5, 2],
      [2, 4, 4, 2],
    ],
    which: 1,
  },
  {
    name: 'averagePool2d',
    operation: { op: 'averagePool2d', size: [3, 2], ...window },
    shapes: [[2, 6, 5, 2]],
    which: 0,
  },
  {
    name: 'averagePool2dGradient',
    operation: { op: 'averagePool2dGradient', size: [2, 3], ...strided },
    shapes: [[1, 3, 4, 2]],
    declared: [1, 5, 5, 2],
    which: 0,
  },
];

describe.each(sums)('bounds of $name', ({ operation, shapes, declared, which }) => {
  const node = nodeOf(operation, shapes, declared);

  it('hold for float32 sums in any order', () => {
    const random = createRandom(21);
    let closest = 0;
    for (let round = 0; round < 12; round++) {
      const operands = shapes.map((shape) => values(shape, () => spread(random, -3, 3)));
      const { result, bounds } = check(node, operands, shapes);
      const sizes = magnitude(node, operands, shapes, result);
      termsOf(node, operands, shapes, which).forEach((terms, i) => {
        const order = shuffled(terms, random);
        for (const sum of [sequential(order), pairwise(order)]) {
          expect(withinBound(sum, result[i], bounds[i])).toBe(true);
          if (bounds[i] > 0) closest = Math.max(closest, Math.abs(sum - result[i]) / bounds[i]);
        }
        expect(meaningful(bounds[i], sizes[i])).toBe(true);
      });
    }
    // Nor is the bound idle. Rounding errors of about 0.4 u times partial sums that grow as the square root of their
    // length add up to about 0.3 u K rms(a), for a bound of at most 68 u K mean|a| at the K = 90 used here.
    expect(closest).toBeGreaterThan(0.3 / 68);
  });

  it('do not hold for half precision, nor for a sum that misses a term', () => {
    const random = createRandom(22);
    const operands = shapes.map((shape) => values(shape, () => spread(random, -3, 3)));
    const { result, bounds } = check(node, operands, shapes);
    let outside = 0;
    let elements = 0;
    termsOf(node, operands, shapes, which).forEach((terms, i) => {
      if (terms.length === 0) return;
      // Leaves out the largest term.
      const largest = terms.reduce((best, term, j) => (Math.abs(term) > Math.abs(terms[best]) ? j : best), 0);
      const missing = sequential(terms.filter((_, j) => j !== largest));
      expect(withinBound(missing, result[i], bounds[i])).toBe(false);
      elements++;
      if (!withinBound(sequential(terms, toHalf), result[i], bounds[i])) outside++;
    });
    // A half-precision sum can come out right by luck, but not often.
    expect(outside).toBeGreaterThan(0.9 * elements);
  });

  it('hold where subnormal numbers are flushed, and do not without that', () => {
    const random = createRandom(23);
    let strict = 0;
    for (let round = 0; round < 6; round++) {
      // Products and partial sums around 2⁻¹²⁶; some operands are themselves subnormal.
      const exponents = shapes.length === 1 || node.op === 'maxPool2dGradient' ? [-130, -123] : [-66, -60];
      const operands = shapes.map((shape, k) =>
        values(shape, () =>
          k === which && random() < 0.1 ? spread(random, -135, -127) : spread(random, exponents[0], exponents[1]),
        ),
      );
      const { result, bounds } = check(node, operands, shapes, flushing);
      const strictBounds = check(node, operands, shapes, ieee).bounds;
      const flushed = operands.map((own, k) => (k === which ? own.map(flush) : own));
      termsOf(node, flushed, shapes, which).forEach((terms, i) => {
        const sum = sequential(shuffled(terms, random), (x) => flush(Math.fround(x)));
        expect(withinBound(sum, result[i], bounds[i])).toBe(true);
        if (!withinBound(sum, result[i], strictBounds[i])) strict++;
      });
    }
    expect(strict).toBeGreaterThan(0);
  });
});

describe('bounds of long contractions', () => {
  const shapes = [
    [1, 3000],
    [3000, 1],
  ];
  const node = nodeOf({ op: 'matmul', transposeA: false, transposeB: false }, shapes);

  it('grow with the square root of the length, and hold', () => {
    const random = createRandom(24);
    let wrong = 0;
    for (let round = 0; round < 50; round++) {
      const operands = shapes.map((shape) => values(shape, () => spread(random, -2, 2)));
      const { result, bounds } = check(node, operands, shapes);
      const products = Array.from(operands[0], (a, i) => a * operands[1][i]);
      expect(withinBound(sequential(products), result[0], bounds[0])).toBe(true);
      expect(bounds[0]).toBeLessThan(0.2 * 3000 * u * magnitude(node, operands, shapes, result)[0]);
      const least = products.sort((a, b) => Math.abs(a) - Math.abs(b)).slice(0, -1);
      expect(withinBound(sequential(least), result[0], bounds[0])).toBe(false);
      if (!withinBound(sequential(shuffled(products, random), toHalf), result[0], bounds[0])) wrong++;
    }
    // Half precision is off by about seven bounds (8192 times the error of float32), so few of the 50 are right by luck.
    expect(wrong).toBeGreaterThan(35);
  });

  it('never exceed the certain bound, and meet the stated chance', () => {
    for (const n of [1, 2, 10, 50, 51, 1000, 1e6]) {
      const factor = accumulationFactor(n);
      expect(factor).toBeLessThanOrEqual((n * u) / (1 - n * u));
      if (n <= 50) {
        expect(factor).toBe((n * u) / (1 - n * u));
      } else {
        // λ back from the factor, and the chance of failure back from λ, to first order in u.
        const lambda = factor / (Math.sqrt(n) * u);
        expect(2 * n * Math.exp(-(lambda ** 2) / 2)).toBeLessThanOrEqual(failureProbability);
        expect(2 * n * Math.exp(-((lambda * (1 - 1e-3)) ** 2) / 2)).toBeGreaterThan(failureProbability / 2);
      }
    }
    expect(accumulationFactor(0)).toBe(0);
    // 40 equal terms round the same way every time; the certain bound covers them.
    const equal = nodeOf({ op: 'reduceSum', axes: [0], keepAxes: false }, [[40]]);
    const tenths = new Float64Array(40).fill(Math.fround(0.1));
    const { result, bounds } = check(equal, [tenths], [[40]]);
    expect(withinBound(sequential([...tenths]), result[0], bounds[0])).toBe(true);
  });
});

describe('bounds of sums in blocks', () => {
  /** Sum in float32, of blocks one after the other. */
  const blocked = (terms: readonly number[], block: number) => {
    const parts: number[] = [];
    for (let at = 0; at < terms.length; at += block) parts.push(sequential(terms.slice(at, at + block)));
    return sequential(parts);
  };
  const sumOf = (terms: readonly number[]) => {
    const shapes = [[terms.length]];
    const node = nodeOf({ op: 'reduceSum', axes: [0], keepAxes: false }, shapes);
    const { result, bounds } = check(node, [Float64Array.from(terms)], shapes);
    return { exact: result[0], bound: bounds[0], holds: (sum: number) => withinBound(sum, result[0], bounds[0]) };
  };

  it.each([392_000, 400_000])('hold for blocks of %i equal terms, not for one after the other', (n) => {
    for (const term of [2.1234567, 0.7, 1.9, Math.PI]) {
      const terms = Array<number>(n).fill(Math.fround(term));
      const { holds } = sumOf(terms);
      for (const block of [64, 256, 4096, Math.ceil(Math.sqrt(n))]) {
        if (n / block <= 4096) expect(holds(blocked(terms, block))).toBe(true);
      }
      expect(holds(pairwise(terms))).toBe(true);
      expect(holds(sequential(terms))).toBe(false);
    }
  });

  it('hold for terms that vary, in blocks, and grow with the square root of a block', () => {
    const random = createRandom(31);
    for (const n of [4097, 20_000, 300_000]) {
      const terms = Array.from({ length: n }, () => Math.fround(2 * random() - 0.3));
      const { bound, exact, holds } = sumOf(terms);
      for (const block of [64, 1024, 4096]) if (n / block <= 4096) expect(holds(blocked(terms, block))).toBe(true);
      const size = terms.reduce((sum, x) => sum + Math.abs(x), 0);
      expect(bound).toBeLessThan(9 * Math.sqrt(4096 + n / 4096) * u * size);
      expect(holds(exact * (1 + 1e-4))).toBe(false);
    }
  });

  it('are those of the longest way that a term goes', () => {
    expect([1, 2, 4096, 4097, 4096 ** 2].map(additions)).toEqual([0, 1, 4095, 4096, 2 * 4095]);
    for (const n of [50, 4096, 10_000, 392_000, 4_000_000, 16_000_000]) {
      const block = Math.ceil(Math.sqrt(n));
      expect(additions(n)).toBeGreaterThanOrEqual(n <= 4096 ? n - 1 : 4095);
      expect(additions(n)).toBeGreaterThanOrEqual(block - 1 + Math.ceil(n / block) - 1);
    }
  });
});

describe('bounds of single terms', () => {
  const product = nodeOf({ op: 'matmul', transposeA: false, transposeB: false }, [
    [1, 2],
    [2, 1],
  ]);
  const shapes = [
    [1, 2],
    [2, 1],
  ];

  it('allow for a large product that is lost with a subnormal operand', () => {
    const operands = [Float64Array.of(2 ** -130, 1), Float64Array.of(2 ** 100, 2 ** -40)];
    const flushed = check(product, operands, shapes, flushing);
    expect(withinBound(2 ** -40, flushed.result[0], flushed.bounds[0])).toBe(true);
    const strict = check(product, operands, shapes, ieee);
    expect(withinBound(2 ** -40, strict.result[0], strict.bounds[0])).toBe(false);
  });

  it('allow half a unit of the subnormal numbers for each product, and no more', () => {
    const random = createRandom(28);
    let coarse = 0;
    for (let round = 0; round < 500; round++) {
      const operands = shapes.map((shape) => values(shape, () => spread(random, -74, -72)));
      const { result, bounds } = check(product, operands, shapes);
      const products = Array.from(operands[0], (a, i) => a * operands[1][i]);
      expect(withinBound(sequential(products), result[0], bounds[0])).toBe(true);
      if (!withinBound(sequential(products) + 2 ** -148, result[0], bounds[0])) coarse++;
    }
    expect(coarse).toBeGreaterThan(400);
  });

  it('allow for the division of an average, done at once or by the reciprocal', () => {
    const shape = [1, 1, 300, 1];
    const operation = { op: 'averagePool2dGradient', size: [1, 3], strides: [1, 3], padding: [0, 0, 0, 0] } as const;
    const node = nodeOf(operation, [shape], [1, 1, 900, 1]);
    const random = createRandom(29);
    const dy = values(shape, () => spread(random));
    const { result, bounds } = check(node, [dy], [shape]);
    const third = Math.fround(1 / 3);
    result.forEach((y, i) => {
      const one = dy[Math.floor(i / 3)];
      expect(withinBound(Math.fround(one / 3), y, bounds[i])).toBe(true);
      expect(withinBound(Math.fround(one * third), y, bounds[i])).toBe(true);
      expect(withinBound(y * (1 + 2 ** -21), y, bounds[i])).toBe(false);
    });
    const loose = check(node, [dy], [shape], { ...ieee, ulps: { ...ulps, div: 2 } }).bounds;
    expect(loose.every((bound, i) => bound >= 2 * unitInLastPlace(result[i]))).toBe(true);
  });
});

describe('the reference backend', () => {
  const backend = createReferenceBackend();
  const single = sums.map(({ operation, shapes, declared }) => nodeOf(operation, shapes, declared));
  const elementwise = (
    ['exp', 'log', 'sigmoid', 'softplus', 'tanh', 'cos', 'erf', 'sqrt', 'add', 'mul', 'div', 'max'] as const
  ).map((op) => nodeOf({ op }, ['add', 'mul', 'div', 'max'].includes(op) ? [[200], [200]] : [[200]]));

  it.each(
    single
      .map((node, i) => [node, sums[i].shapes] as const)
      .concat(elementwise.map((node) => [node, node.operands.map(() => [200])] as const)),
  )('keeps the bound of $op that follows from its own supports', async (node, shapes) => {
    const random = createRandom(27);
    const positive = node.op === 'log' || node.op === 'sqrt';
    const operands = shapes.map((shape) =>
      values(shape, () => (positive ? Math.abs(spread(random, -6, 6)) : spread(random, -6, 6))),
    );
    const inputs: ProgramNode[] = shapes.map((shape, i) => ({
      op: 'input',
      name: `operand${i}`,
      role: 'shared',
      operands: [],
      shape,
    }));
    const program = { name: node.op, nodes: [...inputs, node], outputs: { y: shapes.length } };
    const executable = await backend.compile(boundProgram(program));
    const tensors = operands.map(
      (own, i) => [`operand${i}`, backend.upload(Float32Array.from(own), shapes[i])] as const,
    );
    const [{ y }] = executable.run(Object.fromEntries(tensors), [{}]).outputs;
    const got = await backend.read(y);
    const { result, bounds } = check(node, operands, shapes, backend.supports);
    expect(got.length).toBe(result.length);
    got.forEach((value, i) => {
      expect(withinBound(value, result[i], bounds[i])).toBe(true);
    });
    expect(magnitude(node, operands, shapes, result).every((size, i) => meaningful(bounds[i], size))).toBe(true);
  });
});
