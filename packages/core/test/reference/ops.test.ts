import { describe, expect, it } from 'vitest';
import type { BinaryOp, UnaryOp } from '../../src/program/index.js';
import { hostGenerator } from '../../src/random/hostGenerator.js';
import { exactFunctions } from '../../src/reference/index.js';
import { at, count, createRandom, evaluateOperation, indices, nodeOf, randomValues } from './helpers.js';

const infinity = Number.POSITIVE_INFINITY;

describe('unary ops', () => {
  const cases: [UnaryOp, number[], number[]][] = [
    ['neg', [1.5, -2, infinity], [-1.5, 2, -infinity]],
    ['abs', [-3, 0, 2], [3, 0, 2]],
    ['sqrt', [0, 2, -1, 1e300], [0, Math.SQRT2, Number.NaN, 1e150]],
    ['exp', [0, 1, -800, 800], [1, Math.E, 0, infinity]],
    ['log', [1, Math.E, 0, -1], [0, 1, -infinity, Number.NaN]],
    // The logistic function of −40 is e^−40 / (1 + e^−40), far below the rounding of 1.
    ['sigmoid', [0, 40, -40, 1000, -1000], [0.5, 1, Math.exp(-40) / (1 + Math.exp(-40)), 1, 0]],
    ['softplus', [0, 1000, -1000, -40], [Math.LN2, 1000, 0, Math.exp(-40)]],
    ['tanh', [0, 0.5, 1000, -1000], [0, (Math.E - 1) / (Math.E + 1), 1, -1]],
    ['floor', [1.5, -1.5, -0.25, 2, infinity, Number.NaN], [1, -2, -1, 2, infinity, Number.NaN]],
    ['round', [0.5, 1.5, 2.5, -0.5, -2.5, 0.75, -infinity, Number.NaN], [0, 2, 2, -0, -2, 1, -infinity, Number.NaN]],
    ['cos', [0, Math.PI, Math.PI / 3, infinity], [1, -1, 0.5, Number.NaN]],
    // erf(½) to 16 digits.
    ['erf', [0, 0.5, -0.5, 30, -infinity], [0, 0.5204998778130465, -0.5204998778130465, 1, -1]],
  ];
  it.each(cases)('%s', (op, x, expected) => {
    const got = evaluateOperation({ op }, [x], [[x.length]]);
    got.forEach((value, i) => {
      if (Number.isFinite(expected[i])) {
        expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(4 * 2 ** -53 * Math.abs(expected[i]));
      } else {
        expect(value).toBe(expected[i]);
      }
    });
  });
});

describe('binary ops', () => {
  const formulas: Record<BinaryOp, (a: number, b: number) => number> = {
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div: (a, b) => a / b,
    max: Math.max,
    min: Math.min,
  };
  const shapes: [number[], number[]][] = [
    [[], []],
    [[3], []],
    [[], [2, 3]],
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [
      [2, 1],
      [1, 3],
    ],
    [
      [4, 1, 3],
      [2, 1],
    ],
    [
      [1, 2, 1, 2],
      [3, 1, 2, 1],
    ],
    [[1, 3], [3]],
  ];
  for (const op of Object.keys(formulas) as BinaryOp[]) {
    it(`${op} broadcasts as NumPy does`, () => {
      const random = createRandom(1);
      for (const [a, b] of shapes) {
        const x = randomValues(a, random);
        const y = randomValues(b, random);
        const result = nodeOf({ op }, [a, b]).shape as number[];
        const expected = indices(result).map((index) => formulas[op](at(x, a, index), at(y, b, index)));
        expect([...evaluateOperation({ op }, [x, y], [a, b])]).toEqual(expected);
      }
    });
  }

  it('divides by zero and propagates NaN as IEEE 754 has it', () => {
    const shapes = [[3], [3]];
    expect([
      ...evaluateOperation(
        { op: 'div' },
        [
          [1, -1, 0],
          [0, 0, 0],
        ],
        shapes,
      ),
    ]).toEqual([infinity, -infinity, Number.NaN]);
    for (const op of ['max', 'min'] as const) {
      expect([
        ...evaluateOperation(
          { op },
          [
            [Number.NaN, 1, 2],
            [1, Number.NaN, 2],
          ],
          shapes,
        ),
      ]).toEqual([Number.NaN, Number.NaN, 2]);
    }
  });
});

describe('selectGreater', () => {
  it('takes x where a > b, else y, for four shapes at once', () => {
    const random = createRandom(2);
    const shapes = [[2, 1, 1], [3, 1], [4], []];
    const operands = shapes.map((shape) => randomValues(shape, random));
    const expected = indices([2, 3, 4]).map((index) => {
      const [a, b, x, y] = operands.map((values, i) => at(values, shapes[i], index));
      return a > b ? x : y;
    });
    expect(new Set(expected).size).toBeGreaterThan(1);
    expect([...evaluateOperation({ op: 'selectGreater' }, operands, shapes)]).toEqual(expected);
  });

  it('takes y on a tie and where a comparison is with NaN', () => {
    const operands = [[1, Number.NaN, 0], [1, 0, Number.NaN], [7], [8]];
    expect([...evaluateOperation({ op: 'selectGreater' }, operands, [[3], [3], [1], [1]])]).toEqual([8, 8, 8]);
  });
});

describe('reductions', () => {
  const shape = [2, 3, 1, 4];
  const values = randomValues(shape, createRandom(3));
  const axesCases = [[], [0], [1], [3], [0, 1], [1, 2], [0, 3], [0, 1, 2, 3]];

  it.each(axesCases.flatMap((axes) => [true, false].map((keepAxes) => ({ axes, keepAxes }))))(
    'over axes $axes, keepAxes $keepAxes',
    ({ axes, keepAxes }) => {
      const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
      const groups = indices(kept).map((outer) =>
        indices(shape)
          .filter((index) => outer.every((i, axis) => axes.includes(axis) || index[axis] === i))
          .map((index) => at(values, shape, index)),
      );
      const sums = evaluateOperation({ op: 'reduceSum', axes, keepAxes }, [values], [shape]);
      expect(sums.length).toBe(count(kept));
      sums.forEach((sum, i) => {
        const exact = groups[i].reduce((a, b) => a + b, 0);
        // 24 float32 terms of magnitude below 1: float64 sums of them in any order differ by less than 24² · 2⁻⁵³.
        expect(Math.abs(sum - exact)).toBeLessThan(24 * 24 * 2 ** -53);
      });
      const maxima = evaluateOperation({ op: 'reduceMax', axes, keepAxes }, [values], [shape]);
      expect([...maxima]).toEqual(groups.map((group) => Math.max(...group)));
    },
  );

  it('keeps NaN in a maximum, and −∞ as a maximum', () => {
    const operation = { op: 'reduceMax', axes: [1], keepAxes: false } as const;
    const x = [Number.NaN, 1, 2, 1, Number.NaN, 2, -infinity, -infinity, -infinity];
    expect([...evaluateOperation(operation, [x], [[3, 3]])]).toEqual([Number.NaN, Number.NaN, -infinity]);
  });
});

describe('movement', () => {
  it('transposes', () => {
    const random = createRandom(4);
    const shape = [2, 3, 4, 5];
    const x = randomValues(shape, random);
    for (const permutation of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 0, 2, 3],
      [0, 2, 3, 1],
      [2, 3, 0, 1],
    ]) {
      const result = permutation.map((axis) => shape[axis]);
      const expected = indices(result).map((index) => {
        const source = new Array<number>(4);
        permutation.forEach((axis, i) => {
          source[axis] = index[i];
        });
        return at(x, shape, source);
      });
      expect([...evaluateOperation({ op: 'transpose', permutation }, [x], [shape])]).toEqual(expected);
    }
  });

  it('broadcasts', () => {
    const x = [1, 2, 3];
    expect([...evaluateOperation({ op: 'broadcast' }, [x], [[3, 1]], [2, 3, 2])]).toEqual([
      1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3,
    ]);
    expect([...evaluateOperation({ op: 'broadcast' }, [x], [[3]], [2, 3])]).toEqual([1, 2, 3, 1, 2, 3]);
    expect([...evaluateOperation({ op: 'broadcast' }, [[5]], [[]], [2, 2])]).toEqual([5, 5, 5, 5]);
  });

  it('reshapes in row-major order', () => {
    expect([...evaluateOperation({ op: 'reshape' }, [[1, 2, 3, 4]], [[2, 2]], [4, 1])]).toEqual([1, 2, 3, 4]);
  });
});

describe('matmul', () => {
  const shapes: [number[], number[]][] = [
    [
      [3, 5],
      [5, 4],
    ],
    [
      [1, 1],
      [1, 1],
    ],
    [
      [2, 3, 9],
      [9, 2],
    ],
    [
      [3, 6],
      [2, 6, 4],
    ],
    [
      [2, 1, 3, 4],
      [5, 4, 2],
    ],
    [
      [2, 1, 3, 7],
      [1, 3, 7, 2],
    ],
  ];
  const swap = (shape: number[]) => [...shape.slice(0, -2), shape[shape.length - 1], shape[shape.length - 2]];
  const swapIndex = swap;

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('transposeA %s, transposeB %s', (transposeA, transposeB) => {
    const random = createRandom(5);
    for (const [a, b] of shapes) {
      const shapeA = transposeA ? swap(a) : a;
      const shapeB = transposeB ? swap(b) : b;
      const x = randomValues(shapeA, random);
      const y = randomValues(shapeB, random);
      const operation = { op: 'matmul', transposeA, transposeB } as const;
      const got = evaluateOperation(operation, [x, y], [shapeA, shapeB]);
      const result = nodeOf(operation, [shapeA, shapeB]).shape as number[];
      const inner = a[a.length - 1];
      indices(result).forEach((index, place) => {
        const leading = index.slice(0, -2);
        const [i, j] = index.slice(-2);
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const ofA = [...leading, i, k];
          const ofB = [...leading, k, j];
          sum += at(x, shapeA, transposeA ? swapIndex(ofA) : ofA) * at(y, shapeB, transposeB ? swapIndex(ofB) : ofB);
        }
        // Nine products below 1: two float64 orders of summation differ by less than 2 · 9 · 9 · 2⁻⁵³.
        expect(Math.abs(got[place] - sum)).toBeLessThan(162 * 2 ** -53);
      });
    }
  });

  it('multiplies a hand-computed case', () => {
    const operation = { op: 'matmul', transposeA: false, transposeB: false } as const;
    expect([
      ...evaluateOperation(
        operation,
        [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
        [
          [2, 2],
          [2, 2],
        ],
      ),
    ]).toEqual([19, 22, 43, 50]);
  });

  it('lets 0 × ∞ be NaN', () => {
    const operation = { op: 'matmul', transposeA: false, transposeB: false } as const;
    expect(
      evaluateOperation(
        operation,
        [
          [0, 1],
          [infinity, 1],
        ],
        [
          [1, 2],
          [2, 1],
        ],
      )[0],
    ).toBeNaN();
  });
});

describe('leaves', () => {
  it('repeats a constant, and does not round it', () => {
    expect([...evaluateOperation({ op: 'constant', value: 0.1 }, [], [], [2])]).toEqual([0.1, 0.1]);
    expect([...evaluateOperation({ op: 'constant', value: [1, 2] }, [], [], [2])]).toEqual([1, 2]);
  });

  it('takes the value of withDerivative', () => {
    const shapes = [[2], [2], []];
    expect([...evaluateOperation({ op: 'withDerivative' }, [[1, 2], [3, 4], [5]], shapes)]).toEqual([1, 2]);
  });

  it('asks for noise from where the row starts', () => {
    const asked: unknown[] = [];
    const noise = (distribution: string, words: readonly number[], out: Float32Array, offset: number) => {
      asked.push([distribution, [...words], out.length, offset]);
      out.forEach((_, i) => {
        out[i] = offset + i;
      });
    };
    const operation = { op: 'noise', distribution: 'normal', key: 'k' } as const;
    const at = (shape: number[], row?: number) => [
      ...evaluateOperation(operation, [], [], shape, { keys: { k: { words: [7, 8], row } }, noise }),
    ];
    expect(at([2, 3])).toEqual([0, 1, 2, 3, 4, 5]);
    expect(at([2, 3], 4)).toEqual([12, 13, 14, 15, 16, 17]);
    expect(at([2], 5)).toEqual([5, 6]);
    expect(at([], 5)).toEqual([0]);
    expect(asked[1]).toEqual(['normal', [7, 8], 6, 12]);
  });

  it('makes the noise of the host generator, and core’s special functions, where it is given none', () => {
    const words = [3, 4] as const;
    const uniform = { op: 'noise', distribution: 'uniform', key: 'k' } as const;
    const drawn = new Float32Array(6);
    hostGenerator().uniform(words, drawn, 8);
    const keys = { k: { words, row: 4 } };
    expect([...evaluateOperation(uniform, [], [], [3, 2], { keys })]).toEqual([...drawn]);
    const dawsonOfOne = 0.5380795069127684;
    const got = evaluateOperation({ op: 'special', function: 'dawson' }, [[1]], [[1]])[0];
    expect(Math.abs(got - dawsonOfOne)).toBeLessThan(2e-15 * dawsonOfOne);
  });

  it('refuses noise without its key, and inputs', () => {
    const noise = { op: 'noise', distribution: 'uniform', key: 'k' } as const;
    expect(() => evaluateOperation(noise, [], [], [2])).toThrow(expect.objectContaining({ code: 'VARDROP_INPUT' }));
    const input = () => evaluateOperation({ op: 'input', name: 'x', role: 'shared' }, [], [], [1]);
    expect(input).toThrow(expect.objectContaining({ code: 'VARDROP_PROGRAM' }));
  });

  it('evaluates special functions by the table that it is given', () => {
    const functions = { ...exactFunctions, dawson: (x: number) => 2 * x, logUniformKl: (x: number) => x * x };
    const got = (name: 'dawson' | 'logUniformKl') => [
      ...evaluateOperation({ op: 'special', function: name }, [[1, 3]], [[2]], [], { functions }),
    ];
    expect(got('dawson')).toEqual([2, 6]);
    expect(got('logUniformKl')).toEqual([1, 9]);
  });
});
