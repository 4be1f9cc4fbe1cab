import { describe, expect, it } from 'vitest';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { elementCount } from '../../src/program/index.js';
import type { BinaryOp, Shape, UnaryOp } from '../../src/program/program.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';
import { type Build, expectGradients, expectSecondGradients } from './richardson.js';

describe('gradients of elementwise operations', () => {
  const unary: readonly UnaryOp[] = ['neg', 'abs', 'sqrt', 'exp', 'log', 'sigmoid', 'softplus', 'tanh', 'cos', 'erf'];
  const within = (op: UnaryOp) => (op === 'sqrt' || op === 'log' ? Math.abs : (x: number) => 2 * x);
  for (const op of unary) {
    it(op, () => expectGradients({ shapes: [[2, 3]], build: (b, [x]) => b[op](x), within: within(op) }));
    if (op === 'abs' || op === 'neg') continue;
    it(`${op}, twice`, () => expectSecondGradients({ shapes: [[3]], build: (b, [x]) => b[op](x), within: within(op) }));
  }
  for (const name of ['dawson', 'logUniformKl'] as const) {
    it(name, () => expectGradients({ shapes: [[5]], build: (b, [x]) => b.special(name, x), within: (x) => 3 * x }));
    it(`${name}, twice`, () => expectSecondGradients({ shapes: [[5]], build: (b, [x]) => b.special(name, x) }));
  }

  // By mpmath 1.3.0, to 80 digits and more. Each as float32 has it: what cancels would leave a few digits, or none.
  const tails = {
    inverseMillsRatio: [
      [-3.5, -0.9430669950487032],
      [-4.5, -0.9611859007152245],
      [-30, -0.9988962284881099],
      [-1000, -0.99999900000599995],
      [-1e10, -1],
    ],
    dawson: [
      [7.5, -0.00913717466945924],
      [8.5, -0.007069320259526372],
      [-100, -5.000750187565654e-5],
      [1e10, -5e-21],
    ],
  } as const;
  for (const name of ['inverseMillsRatio', 'dawson'] as const) {
    it(`${name}, in its tails`, () => {
      const b = createBuilder('tails');
      const x = b.input('x', [tails[name].length]);
      b.output('slope', gradients(b, b.reduceSum(b.special(name, x)), [x])[0]);
      const { slope } = evaluate(b.build(), { inputs: { x: tails[name].map(([at]) => at) } });
      tails[name].forEach(([, wanted], i) => {
        expect(Math.abs(slope[i] - wanted)).toBeLessThan(1e-7 * Math.abs(wanted));
      });
    });
  }

  for (const op of ['floor', 'round'] as const) {
    it(`${op}, constant between its steps`, () =>
      expectGradients({
        shapes: [[6]],
        build: (b, [x]) => b.mul(x, b[op](b.mul(x, 2))),
        values: [[0.1, 0.4, -0.3, 1.2, -2.1, 3.3]],
      }));
  }
  // Each with a range in which it is defined.
  const ranges = {
    lgamma: (x: number) => 3 * Math.abs(x),
    digamma: (x: number) => 3 * Math.abs(x),
    normalQuantile: (x: number) => 0.5 + 0.25 * x,
    logNormalCdf: (x: number) => 2 * x,
    inverseMillsRatio: (x: number) => 2 * x,
  };
  for (const [name, within] of Object.entries(ranges) as [keyof typeof ranges, (x: number) => number][]) {
    it(name, () => expectGradients({ shapes: [[5]], build: (b, [x]) => b.special(name, x), within }));
    if (name !== 'digamma')
      it(`${name}, twice`, () =>
        expectSecondGradients({ shapes: [[5]], build: (b, [x]) => b.special(name, x), within }));
  }

  const binary: readonly BinaryOp[] = ['add', 'sub', 'mul', 'div', 'max', 'min'];
  const pairs: readonly (readonly [Shape, Shape])[] = [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [[3], [2, 3]],
    [
      [2, 1],
      [1, 3],
    ],
    [
      [1, 3],
      [2, 1],
    ],
    [[], [2, 3]],
    [[2, 3], []],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [[1], [1, 1]],
    [[], []],
  ];
  for (const op of binary) {
    for (const shapes of pairs) {
      it(`${op} of ${shapes.map((shape) => `[${shape}]`).join(' and ')}`, () =>
        expectGradients({ shapes, build: (b, [x, y]) => b.add(b[op](x, y), b.mul(0.1, b.mul(x, y))) }));
    }
    if (op !== 'sub')
      it(`${op} of a value with itself`, () =>
        expectGradients({ shapes: [[3]], build: (b, [x]) => b.add(x, b[op](x, x)) }));
    it(`${op} with a constant gradient`, () =>
      expectGradients({ shapes: [[3], [2, 1]], build: (b, [x, y]) => b.reduceSum(b[op](x, y)) }));
  }

  const selections: readonly (readonly Shape[])[] = [
    [
      [2, 3],
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[3], [2, 1], [1, 3], []],
    [[], [], [2, 3], [3]],
    [[2, 3], [1], [], [2, 1]],
  ];
  for (const [p, q, r, t] of selections) {
    it(`selectGreater of [${p}], [${q}], [${r}], [${t}]`, () => {
      // The compared operands have no derivative, so they are constants here.
      const compared = (b: Builder, shape: Shape, sign: number) =>
        b.constant(
          Array.from({ length: elementCount(shape) }, (_, i) => sign * (-1) ** i),
          shape,
        );
      expectGradients({
        shapes: [r, t],
        build: (b, [x, y]) =>
          b.add(b.selectGreater(compared(b, p, 1), compared(b, q, 0.5), x, y), b.mul(b.reduceSum(x), b.reduceSum(y))),
      });
    });
  }
});

describe('gradients of reductions and movements', () => {
  const reductions: readonly (readonly [readonly number[] | undefined, boolean])[] = [
    [undefined, false],
    [undefined, true],
    [[0], false],
    [[1], true],
    [[-1], false],
    [[0, 2], false],
    [[0, 2], true],
    [[], false],
  ];
  for (const op of ['reduceSum', 'reduceMax'] as const) {
    for (const [axes, keep] of reductions) {
      it(`${op} over ${axes ?? 'all axes'}${keep ? ', kept' : ''}`, () =>
        expectGradients({ shapes: [[2, 3, 4]], build: (b, [x]) => b[op](x, axes, keep) }));
    }
    it(`${op} of a scalar`, () => expectGradients({ shapes: [[]], build: (b, [x]) => b[op](x) }));
  }
  it('mean', () => expectGradients({ shapes: [[2, 3]], build: (b, [x]) => b.square(b.mean(x, [1])) }));
  it('reshape', () => expectGradients({ shapes: [[2, 6]], build: (b, [x]) => b.exp(b.reshape(x, [3, 1, 4])) }));
  it('transpose', () => {
    for (const permutation of [undefined, [2, 0, 1], [1, 2, 0], [0, 2, 1]]) {
      expectGradients({ shapes: [[2, 3, 4]], build: (b, [x]) => b.exp(b.transpose(x, permutation)) });
    }
  });
  it('broadcast', () => {
    for (const [from, to] of [
      [[], [2, 3]],
      [[3], [2, 3]],
      [
        [2, 1],
        [2, 3],
      ],
      [
        [1, 3, 1],
        [2, 4, 3, 2],
      ],
      [
        [2, 3],
        [2, 3],
      ],
    ]) {
      expectGradients({ shapes: [from], build: (b, [x]) => b.exp(b.broadcast(x, to)) });
    }
  });
});

describe('gradients of matrix products', () => {
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const flags = { transposeA, transposeB };
      const a = transposeA ? [3, 2] : [2, 3];
      const c = transposeB ? [4, 3] : [3, 4];
      for (const [left, right] of [
        [[], []],
        [[5], [5]],
        [[], [5]],
        [[5], []],
        [[5, 1], [2]],
        [[1], [2, 5]],
      ]) {
        const shapes = [
          [...left, ...a],
          [...right, ...c],
        ];
        it(`[${shapes[0]}]${transposeA ? 'ᵀ' : ''} × [${shapes[1]}]${transposeB ? 'ᵀ' : ''}`, () => {
          expectGradients({ shapes, build: (b, [x, y]) => b.matmul(x, y, flags) });
          if (left.length === 0) expectSecondGradients({ shapes, build: (b, [x, y]) => b.matmul(x, y, flags) });
        });
      }
    }
  }
  it('a matrix with itself', () =>
    expectGradients({ shapes: [[3, 3]], build: (b, [x]) => b.matmul(x, x, { transposeA: true }) }));
});

describe('gradients of windows', () => {
  const windows = [
    { image: [2, 4, 5, 2], size: [2, 3], strides: [1, 1], padding: [0, 0, 0, 0] },
    { image: [1, 5, 4, 1], size: [3, 2], strides: [2, 1], padding: [1, 2, 0, 1] },
    { image: [1, 5, 6, 2], size: [2, 2], strides: [2, 3], padding: [1, 0, 1, 1] },
    { image: [1, 4, 4, 1], size: [1, 1], strides: [3, 2], padding: [0, 0, 0, 0] },
  ] as const;
  for (const { image, size, strides, padding } of windows) {
    const window = { strides, padding };
    const filter = [...size, image[3], 3];
    const convolve: Build = (b, [x, w]) => b.conv2d(x, w, window);
    const name = `image [${image}], window [${size}], strides [${strides}], padding [${padding}]`;
    it(`conv2d, ${name}`, () => expectGradients({ shapes: [image, filter], build: convolve }));
    it(`conv2d twice (the gradients of its gradients), ${name}`, () =>
      expectSecondGradients({ shapes: [image, filter], build: convolve }));
    const pooled = createBuilder('shape');
    const out = pooled.averagePool2d(pooled.input('x', image), size, window).shape;
    const dyShape = [...out.slice(0, 3), 3];
    it(`conv2dInputGradient and conv2dFilterGradient, ${name}`, () => {
      expectGradients({
        shapes: [filter, dyShape],
        build: (b, [w, dy]) => b.conv2dInputGradient(w, dy, image, window),
      });
      expectGradients({
        shapes: [image, dyShape],
        build: (b, [x, dy]) => b.conv2dFilterGradient(x, dy, filter, window),
      });
    });
    it(`averagePool2d and its gradient, ${name}`, () => {
      expectGradients({ shapes: [image], build: (b, [x]) => b.averagePool2d(x, size, window) });
      expectSecondGradients({ shapes: [image], build: (b, [x]) => b.averagePool2d(b.exp(x), size, window) });
      expectGradients({ shapes: [out], build: (b, [dy]) => b.averagePool2dGradient(dy, image, size, window) });
    });
    it(`maxPool2d, ${name}`, () =>
      expectGradients({ shapes: [image], build: (b, [x]) => b.maxPool2d(x, size, window) }));
  }
});

/** Gradients of `build` in its inputs, at these values. */
function gradientsAt(values: readonly (readonly number[])[], build: (b: Builder, inputs: readonly Value[]) => Value) {
  const b = createBuilder('gradient');
  const inputs = values.map((value, i) => b.input(`x${i}`, [value.length]));
  gradients(b, b.reduceSum(build(b, inputs)), inputs).forEach((gradient, i) => {
    b.output(`${i}`, gradient);
  });
  const program = simplify(b.build());
  const names = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
  const given = Object.fromEntries(values.map((value, i) => [`x${i}`, value]));
  const results = evaluate(program, { inputs: Object.fromEntries(names.map((name) => [name, given[name]])) });
  return values.map((_, i) => Array.from(results[`${i}`], (x) => x + 0));
}

describe('gradients where none exists are fixed', () => {
  it('of relu, abs and √ at 0: 0', () => {
    expect(gradientsAt([[-1, 0, 2]], (b, [x]) => b.max(x, 0))).toEqual([[0, 0, 1]]);
    expect(gradientsAt([[-1, 0, 2]], (b, [x]) => b.abs(x))).toEqual([[-1, 0, 1]]);
    expect(gradientsAt([[0, 4]], (b, [x]) => b.sqrt(x))).toEqual([[0, 0.25]]);
    expect(gradientsAt([[0, 2]], (b, [x]) => b.sqrt(b.square(x)))).toEqual([[0, 1]]);
  });

  it('of max and min at ties: to the second operand', () => {
    expect(
      gradientsAt(
        [
          [1, 2, 3],
          [2, 2, 2],
        ],
        (b, [x, y]) => b.max(x, y),
      ),
    ).toEqual([
      [0, 0, 1],
      [1, 1, 0],
    ]);
    expect(
      gradientsAt(
        [
          [1, 2, 3],
          [2, 2, 2],
        ],
        (b, [x, y]) => b.min(x, y),
      ),
    ).toEqual([
      [1, 0, 0],
      [0, 1, 1],
    ]);
  });

  it('of a maximum over an axis: shared equally by its ties', () => {
    expect(gradientsAt([[3, 1, 3, 3]], (b, [x]) => b.reduceMax(x))).toEqual([[1 / 3, 0, 1 / 3, 1 / 3]]);
    const rows = gradientsAt([[1, 1, 0, 5]], (b, [x]) => b.reduceMax(b.reshape(x, [2, 2]), [1]));
    expect(rows).toEqual([[0.5, 0.5, 0, 1]]);
  });

  it('of a pooling window: to its first maximum', () => {
    const pool = gradientsAt([[2, 2, 2, 2]], (b, [x]) => b.maxPool2d(b.reshape(x, [1, 2, 2, 1]), [2, 2]));
    expect(pool).toEqual([[1, 0, 0, 0]]);
  });

  it('nothing flows into the numbers of rows', () => {
    const [table, numbers] = gradientsAt(
      [
        [1, 2, 3],
        [2, 2, 0],
      ],
      (b, [x, i]) => b.gather(x, i),
    );
    expect([table, numbers]).toEqual([
      [1, 0, 2],
      [0, 0, 0],
    ]);
  });
  it('nothing flows into what selectGreater compares', () => {
    const flows = gradientsAt([[1], [2], [3], [4]], (b, [x, y, u, v]) => b.selectGreater(x, y, u, v));
    expect(flows).toEqual([[0], [0], [0], [1]]);
  });
});

describe('derivatives that are stated', () => {
  it('stand in place of those of the value', () => {
    expect(gradientsAt([[1, 2]], (b, [x]) => b.withDerivative(b.exp(x), [[x, b.mul(3, x)]]))).toEqual([[3, 6]]);
  });

  it('leave nothing for inputs that are not named', () => {
    const [x, y] = gradientsAt(
      [
        [1, 2],
        [3, 4],
      ],
      (b, [u, v]) => b.withDerivative(b.mul(u, v), [[u, 10]]),
    );
    expect([x, y]).toEqual([
      [10, 10],
      [0, 0],
    ]);
  });

  it('are summed where the input was broadcast, and add up where it is named twice', () => {
    const sums = gradientsAt([[1, 2, 3], [5]], (b, [x, y]) =>
      b.withDerivative(b.add(x, y), [
        [x, 1],
        [y, x],
        [y, 1],
      ]),
    );
    expect(sums).toEqual([[1, 1, 1], [9]]);
  });

  it('may relate a value to an input of other axes', () => {
    const sums = gradientsAt(
      [
        [1, 2, 3],
        [5, 7],
      ],
      (b, [x, y]) => {
        const column = b.reshape(y, [2, 1]);
        return b.withDerivative(column, [[x, column]]);
      },
    );
    expect(sums).toEqual([
      [12, 12, 12],
      [0, 0],
    ]);
  });

  it('are followed by second derivatives through the partial', () => {
    // The stated derivative 3x² has the derivative 6x.
    const b = createBuilder('second');
    const x = b.input('x', []);
    const [first] = gradients(b, b.withDerivative(b.exp(x), [[x, b.mul(3, b.square(x))]]), [x]);
    const [second] = gradients(b, first, [x]);
    b.output('second', second);
    expect(evaluate(simplify(b.build()), { inputs: { x: [2] } }).second[0]).toBe(12);
  });

  it('stopGradient is a constant', () => {
    expect(gradientsAt([[3]], (b, [x]) => b.mul(x, b.stopGradient(x)))).toEqual([[3]]);
    expect(gradientsAt([[3]], (b, [x]) => b.stopGradient(b.exp(x)))).toEqual([[0]]);
  });
});

describe('gradients', () => {
  it('are 0, of the value’s shape, where the loss does not depend on it', () => {
    const b = createBuilder('independent');
    const [x, y] = [b.input('x', ['batch', 2]), b.input('y', [3])];
    const loss = b.reduceSum(b.exp(y));
    const later = b.exp(x);
    const [dx, dy, dLater, dLoss] = gradients(b, loss, [x, y, later, loss]);
    expect(dx.shape).toEqual(['batch', 2]);
    expect(b.node(dx)).toMatchObject({ op: 'constant', value: 0 });
    expect(b.node(dLater)).toMatchObject({ op: 'constant', value: 0 });
    expect(dy.shape).toEqual([3]);
    expect(dLoss.shape).toEqual([]);
  });

  it('in a value between the inputs and the loss', () => {
    expect(
      gradientsAt([[1, 2]], (b, [x]) => {
        const middle = b.mul(x, 5);
        const [inner] = gradients(b, b.reduceSum(b.square(middle)), [middle]);
        return b.mul(inner, b.stopGradient(x));
      }),
    ).toEqual([[10, 20]]);
  });

  it('of a loss that is not a scalar are refused', () => {
    const b = createBuilder('vector');
    const x = b.input('x', [2]);
    expect(() => gradients(b, x, [x])).toThrow(
      expect.objectContaining({ code: 'VARDROP_NOT_SCALAR', message: expect.stringContaining('[2]') }),
    );
  });

  it('of a max pooling’s gradient are refused, naming where it stands', () => {
    const b = createBuilder('pool');
    const x = b.input('x', [1, 2, 2, 1]);
    b.scope('pool1', () => {
      const [first] = gradients(b, b.reduceSum(b.maxPool2d(b.square(x), [2, 2])), [x]);
      expect(() => gradients(b, b.reduceSum(first), [x])).toThrow(
        expect.objectContaining({
          code: 'VARDROP_NOT_DIFFERENTIABLE',
          message: expect.stringContaining('[pool1] maxPool2dGradient'),
        }),
      );
      const stopped = b.reduceSum(b.mul(b.stopGradient(first), x));
      expect(() => gradients(b, stopped, [x])).not.toThrow();
    });
  });
});
