import { describe, expect, it } from 'vitest';
import type { Node, Operation, Shape } from '../../src/program/index.js';
import { accumulationFactor, failureProbability } from '../../src/reference/accumulation.js';
import { unitInLastPlace } from '../../src/reference/float32.js';
import {
  type Arithmetic,
  errorBound,
  evaluateNode,
  magnitude,
  meaningful,
  withinBound,
} from '../../src/reference/index.js';
import { count, createRandom, nodeOf } from './helpers.js';

const infinity = Number.POSITIVE_INFINITY;
const ulps = { exp: 0.5, log: 0.5, sigmoid: 0.5, softplus: 0.5, tanh: 0.5, sqrt: 0.5, div: 0.5 };
const ieee: Arithmetic = { precision: 'float32', nonFinite: true, subnormals: true, ulps };
const flushing: Arithmetic = { ...ieee, subnormals: false };
const u = 2 ** -24;

/** A float32 of either sign, its exponent drawn from a range. */
function spread(random: () => number, least = -10, most = 10): number {
  return Math.fround((random() < 0.5 ? -1 : 1) * (1 + random()) * 2 ** Math.floor(least + random() * (most - least)));
}

const values = (shape: Shape, draw: () => number) => Float64Array.from({ length: count(shape) }, draw);
const flush = (x: number) => (Math.abs(x) < 2 ** -126 ? 0 : x);

/** Rounds to a half-precision significand (11 bits). */
function toHalf(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const step = 2 ** (Math.floor(Math.log2(Math.abs(x))) - 10);
  return Math.round(x / step) * step;
}

function shuffled(terms: readonly number[], random: () => number): number[] {
  const result = [...terms];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** Sum in float32, one after the other. */
const sequential = (terms: readonly number[], round = Math.fround) =>
  terms.reduce((sum, x) => round(sum + round(x)), 0);

/** Sum in float32, by halves. */
function pairwise(terms: readonly number[]): number {
  if (terms.length < 2) return Math.fround(terms[0] ?? 0);
  const half = terms.length >> 1;
  return Math.fround(pairwise(terms.slice(0, half)) + pairwise(terms.slice(half)));
}

function check(node: Node, operands: Float64Array[], shapes: readonly Shape[], arithmetic = ieee) {
  const result = evaluateNode(node, operands, shapes);
  return { result, bounds: errorBound(node, operands, shapes, result, arithmetic) };
}

/**
 * The terms of each element of a sum: what it gets from each element of operand `which` alone. Every element of that
 * operand enters each sum at most once.
 */
function termsOf(node: Node, operands: readonly Float64Array[], shapes: readonly Shape[], which: number): number[][] {
  const terms: number[][] = Array.from({ length: count(node.shape) }, () => []);
  operands[which].forEach((value, j) => {
    const alone = operands.map((own, i) => (i === which ? new Float64Array(own.length) : own));
    alone[which][j] = value;
    evaluateNode(node, alone, shapes).forEach((term, i) => {
      if (term !== 0) terms[i].push(term);
    });
  });
  return terms;
}

const window = { strides: [1, 1], padding: [1, 0, 0, 1] } as const;
const strided = { strides: [2, 1], padding: [0, 1, 1, 0] } as const;
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
    operation: { op: 'conv2d', ...window },
    shapes: [
      [1, 4, 5, 3],
      [2, 3, 3, 2],
    ],
    which: 0,
  },
  {
    name: 'conv2dInputGradient',
    operation: { op: 'conv2dInputGradient', ...strided },
    shapes: [
      [3, 2, 2, 4],
      [2, 2, 4, 4],
    ],
    declared: [2, 4, 4, 2],
    which: 0,
  },
  {
    name: 'conv2dFilterGradient',
    operation: { op: 'conv2dFilterGradient', ...window },
    shapes: [
      [3, 4, 4, 2],
      [3, 4, 3, 3],
    ],
    declared: [2, 3, 2, 3],
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

describe('bounds of elementwise ops', () => {
  const shape = [500];
  const ranges: [Operation, number, [number, number]][] = [
    [{ op: 'add' }, 2, [-5, 5]],
    [{ op: 'sub' }, 2, [-5, 5]],
    [{ op: 'mul' }, 2, [-70, 70]],
    [{ op: 'div' }, 2, [-70, 70]],
    [{ op: 'exp' }, 1, [-5, 7]],
    [{ op: 'log' }, 1, [-149, 127]],
    [{ op: 'sqrt' }, 1, [-149, 127]],
    [{ op: 'sigmoid' }, 1, [-10, 8]],
    [{ op: 'softplus' }, 1, [-10, 8]],
    [{ op: 'tanh' }, 1, [-149, 4]],
    [{ op: 'neg' }, 1, [-149, 127]],
    [{ op: 'abs' }, 1, [-149, 127]],
    [{ op: 'max' }, 2, [-149, 127]],
    [{ op: 'min' }, 2, [-149, 127]],
    [{ op: 'selectGreater' }, 4, [-3, 3]],
    [{ op: 'broadcast' }, 1, [-149, 127]],
  ];

  it.each(ranges)('hold for $op rounded once', (operation, arity, [least, most]) => {
    const random = createRandom(25);
    const shapes = Array.from({ length: arity }, () => shape);
    const node = nodeOf(operation, shapes, shape);
    const exact = ['neg', 'abs', 'max', 'min', 'selectGreater', 'broadcast'].includes(operation.op);
    let wrong = 0;
    for (let round = 0; round < 10; round++) {
      const operands = shapes.map((own) => values(own, () => spread(random, least, most)));
      const { result, bounds } = check(node, operands, shapes);
      result.forEach((y, i) => {
        expect(withinBound(Math.fround(y), y, bounds[i])).toBe(true);
        if (exact) expect(bounds[i]).toBe(0);
        if (y !== 0 && Number.isFinite(y) && !withinBound(toHalf(y), y, bounds[i])) wrong++;
      });
    }
    expect(wrong).toBeGreaterThan(1000);
  });

  it.each(ranges)('hold for $op with subnormal numbers flushed, in operands or the result', (operation, arity) => {
    const random = createRandom(26);
    const shapes = Array.from({ length: arity }, () => shape);
    const node = nodeOf(operation, shapes, shape);
    for (const part of [1, 0.5]) {
      const operands = shapes.map((own) => values(own, () => spread(random, -140, random() < part ? -120 : 3)));
      const { result, bounds } = check(node, operands, shapes, flushing);
      const read = operands.map((own) => own.map(flush));
      evaluateNode(node, read, shapes).forEach((y, i) => {
        expect(withinBound(flush(Math.fround(y)), result[i], bounds[i])).toBe(true);
      });
      result.forEach((y, i) => {
        expect(withinBound(flush(Math.fround(y)), y, bounds[i])).toBe(true);
      });
    }
  });

  it('are as many units in the last place as the backend declares', () => {
    const node = nodeOf({ op: 'exp' }, [[1]]);
    const loose = { ...ieee, ulps: { ...ulps, exp: 3 } };
    const { result, bounds } = check(node, [Float64Array.of(1)], [[1]], loose);
    const unit = 2 ** -22;
    expect(withinBound(Math.E + 2.9 * unit, result[0], bounds[0])).toBe(true);
    expect(withinBound(Math.E + 3.1 * unit, result[0], bounds[0])).toBe(false);
    // A declared 0 (a float64 backend) still rounds once, when it is read.
    const read = { ...ieee, ulps: { ...ulps, exp: 0 } };
    const own = check(node, [Float64Array.of(1)], [[1]], read);
    expect(withinBound(Math.fround(Math.E), own.result[0], own.bounds[0])).toBe(true);
  });

  it('hold for constants exactly at their rounding, and for exact noise', () => {
    const constant = nodeOf({ op: 'constant', value: 0.1 }, [], [1]);
    const { result, bounds } = check(constant, [], []);
    expect(withinBound(Math.fround(0.1), result[0], bounds[0])).toBe(true);
    expect(withinBound(Math.fround(0.1) + 2 ** -27, result[0], bounds[0])).toBe(false);
    const bound = (distribution: 'uniform' | 'normal') =>
      errorBound(nodeOf({ op: 'noise', distribution, key: 'k' }, [], [1]), [], [], Float64Array.of(1.5), ieee)[0];
    expect(bound('uniform')).toBe(0);
    expect(bound('normal')).toBe(4 * 2 ** -23);
  });

  it('give native special functions what core asks of its own', () => {
    const node = nodeOf({ op: 'special', function: 'dawson' }, [[1]]);
    const at = (arithmetic: Arithmetic, x: number) =>
      errorBound(node, [Float64Array.of(x)], [[1]], Float64Array.of(x), arithmetic)[0];
    expect(at(ieee, 0.5) / 0.5).toBeCloseTo(3e-6, 12);
    expect(at({ ...ieee, precision: 'float64' }, 0.5) / 0.5).toBeCloseTo(u, 12);
    expect(at(flushing, 2 ** -130)).toBeGreaterThan(2 ** -130);
  });
});

describe('numbers that are not finite', () => {
  it('are compared as such', () => {
    expect(withinBound(infinity, infinity, 0)).toBe(true);
    expect(withinBound(-infinity, infinity, 1)).toBe(false);
    expect(withinBound(1, infinity, 1)).toBe(false);
    expect(withinBound(Number.NaN, Number.NaN, 0)).toBe(true);
    expect(withinBound(Number.NaN, 1, 1)).toBe(false);
    expect(withinBound(1, Number.NaN, 1)).toBe(false);
    expect(withinBound(Number.NaN, 1, infinity)).toBe(true);
  });

  it('are right where float32 overflows, and wrong where it does not', () => {
    const node = nodeOf({ op: 'exp' }, [[3]]);
    const { result, bounds } = check(node, [Float64Array.of(80, 88.8, 300)], [[3]]);
    expect([...result].map((y, i) => withinBound(infinity, y, bounds[i]))).toEqual([false, true, true]);
    expect(withinBound(-infinity, result[2], bounds[2])).toBe(false);
    expect(withinBound(3.4e38, result[2], bounds[2])).toBe(false);
  });

  it('make a bound infinite where a partial sum may overflow and the sum does not', () => {
    const shapes = [[3]];
    const node = nodeOf({ op: 'reduceSum', axes: [0], keepAxes: false }, shapes);
    const bound = (terms: number[]) => check(node, [Float64Array.from(terms)], shapes).bounds[0];
    expect(bound([3e38, 3e38, -3e38])).toBe(infinity);
    expect(bound([1e38, -1e38, 1])).toBeLessThan(1e33);
    expect(bound([infinity, 1, 1])).toBe(0);
    expect(bound([infinity, 3e38, 3e38])).toBe(infinity);
    expect(check(node, [Float64Array.of(infinity, 1, 1)], shapes, { ...ieee, nonFinite: false }).bounds[0]).toBe(
      infinity,
    );
    expect(meaningful(infinity, infinity)).toBe(false);
  });

  it('leave open what a maximum makes of NaN, and what padding makes of infinities', () => {
    const maximum = nodeOf({ op: 'max' }, [[2], [2]]);
    const { bounds } = check(maximum, [Float64Array.of(Number.NaN, 1), Float64Array.of(1, 2)], [[2], [2]]);
    expect([...bounds]).toEqual([infinity, 0]);
    const shapes = [
      [1, 2, 2, 1],
      [2, 2, 1, 1],
    ];
    const convolution = nodeOf({ op: 'conv2d', ...window }, shapes);
    const operands = [new Float64Array(4).fill(1), Float64Array.of(1, infinity, 1, 1)];
    expect(new Set(check(convolution, operands, shapes).bounds)).toEqual(new Set([infinity]));
  });

  it('of a divisor that may be flushed to 0 leave a quotient open', () => {
    const node = nodeOf({ op: 'div' }, [[1], [1]]);
    const operands = [Float64Array.of(2 ** -20), Float64Array.of(2 ** -130)];
    expect(check(node, operands, [[1], [1]], flushing).bounds[0]).toBe(infinity);
    expect(check(node, operands, [[1], [1]], ieee).bounds[0]).toBeLessThan(2 ** 87);
  });
});

describe('meaningful', () => {
  it('is a bound of at most a thousandth of the magnitude, or next to underflow', () => {
    expect(meaningful(1e-3, 1)).toBe(true);
    expect(meaningful(1.1e-3, 1)).toBe(false);
    expect(meaningful(2 ** -120, 0)).toBe(true);
    expect(meaningful(infinity, infinity)).toBe(false);
  });
});

describe('the unit in the last place', () => {
  it('is 2^(floor(log₂|y|) − 23), and that of the subnormal numbers below 2⁻¹²⁶', () => {
    expect(unitInLastPlace(1)).toBe(2 ** -23);
    expect(unitInLastPlace(-1.999)).toBe(2 ** -23);
    expect(unitInLastPlace(2)).toBe(2 ** -22);
    expect(unitInLastPlace(2 - 2 ** -52)).toBe(2 ** -23);
    expect(unitInLastPlace(2 ** 127)).toBe(2 ** 104);
    expect(unitInLastPlace(2 ** -130)).toBe(2 ** -149);
    expect(unitInLastPlace(0)).toBe(2 ** -149);
    expect(unitInLastPlace(infinity)).toBeNaN();
  });
});
