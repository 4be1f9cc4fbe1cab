import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/program/index.js';
import { unitInLastPlace } from '../../src/reference/float32.js';
import { type Arithmetic, errorBound, evaluateNode, meaningful, withinBound } from '../../src/reference/index.js';
import { check, flush, flushing, ieee, spread, toHalf, ulps, values } from './float32Arithmetic.js';
import { createRandom, nodeOf } from './helpers.js';

const infinity = Number.POSITIVE_INFINITY;
const u = 2 ** -24;
const window = { strides: [1, 1], padding: [1, 0, 0, 1], dilations: [1, 1], groups: 1 } as const;

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
    [{ op: 'cos' }, 1, [-10, 13]],
    [{ op: 'erf' }, 1, [-149, 3]],
    [{ op: 'floor' }, 1, [-149, 127]],
    [{ op: 'round' }, 1, [-149, 127]],
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
    const exact = ['floor', 'round', 'neg', 'abs', 'max', 'min', 'selectGreater', 'broadcast'].includes(operation.op);
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

  it('are absolute for cosines, and grow with numbers beyond 8192', () => {
    const node = nodeOf({ op: 'cos' }, [[4]]);
    const x = Float64Array.of(Math.PI / 2, 8192, 2 ** 20, 2 ** 100);
    const { bounds } = check(node, [x], [[4]], { ...ieee, ulps: { ...ulps, cos: 1.5 } });
    expect([...bounds]).toEqual([1.5 * u, 1.5 * u, 2 ** -23 * 2 ** 20, 2]);
  });

  it('are 0 for what moves numbers, and for the number of a pad its rounding', () => {
    const table = Float64Array.of(1, 2, 3, 4);
    const moves: [Operation, Float64Array[], number[][], number[]][] = [
      [{ op: 'gather' }, [table, Float64Array.of(1, 7, Number.NaN)], [[2, 2], [3]], []],
      [
        { op: 'concatenate', axis: 1 },
        [table, table],
        [
          [2, 2],
          [2, 2],
        ],
        [],
      ],
      [{ op: 'slice', starts: [1, 0], steps: [-1, 1] }, [table], [[2, 2]], [2, 1]],
    ];
    for (const [operation, operands, shapes, declared] of moves) {
      const { bounds } = check(nodeOf(operation, shapes, declared), operands, shapes);
      expect(new Set(bounds)).toEqual(new Set([0]));
    }
    const pad: Operation = { op: 'pad', value: 0.1, before: [1], after: [0], interior: [0] };
    const { bounds } = check(nodeOf(pad, [[2]]), [Float64Array.of(2, 3)], [[2]]);
    expect([...bounds]).toEqual([Math.abs(Math.fround(0.1) - 0.1), 0, 0]);
    const infinite = check(nodeOf({ ...pad, value: -infinity }, [[2]]), [Float64Array.of(2, 3)], [[2]]);
    expect(withinBound(-infinity, infinite.result[0], infinite.bounds[0])).toBe(true);
    expect(withinBound(-3.4e38, infinite.result[0], infinite.bounds[0])).toBe(false);
  });

  it('of numbers of rows that may be flushed to 0 hold for the first row', () => {
    const node = nodeOf({ op: 'gather' }, [[2], [1]]);
    const at = (arithmetic: Arithmetic) => {
      const operands = [Float64Array.of(3, 4), Float64Array.of(2 ** -140)];
      const { result, bounds } = check(node, operands, [[2], [1]], arithmetic);
      return [0, 3, 4].map((y) => withinBound(y, result[0], bounds[0]));
    };
    expect(at(ieee)).toEqual([true, false, false]);
    expect(at(flushing).slice(0, 2)).toEqual([true, true]);
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
