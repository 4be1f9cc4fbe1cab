import { describe, expect, it } from 'vitest';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import type { NodeId, Program } from '../../src/program/program.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';

interface Inputs {
  readonly s: Value;
  readonly t: Value;
  readonly row: Value;
  readonly x: Value;
  readonly y: Value;
}

function programOf(build: (b: Builder, inputs: Inputs) => Value): Program {
  const b = createBuilder('rules');
  const inputs = {
    s: b.input('s', []),
    t: b.input('t', []),
    row: b.input('row', [1, 3]),
    x: b.input('x', [3, 3]),
    y: b.input('y', [3, 3]),
  };
  b.output('out', build(b, inputs));
  return b.build();
}

/** A program's output written out: inputs by name, constants as numbers, other shapes than 3×3 behind a colon. */
function written(program: Program, id: NodeId = program.outputs.out): string {
  const node = program.nodes[id];
  if (node.op === 'input') return node.name;
  const shape = node.shape.join('×');
  const tail = shape === '3×3' || shape === '' ? '' : `:${shape}`;
  if (node.op === 'constant')
    return `${Object.is(node.value, -0) ? '-0' : node.value}${shape === '' ? '' : `:${shape}`}`;
  const flags = node.op === 'matmul' ? `${node.transposeA ? 'ᵀ' : ''}·${node.transposeB ? 'ᵀ' : ''}` : '';
  return `${node.op}${flags}(${node.operands.map((operand) => written(program, operand)).join(', ')})${tail}`;
}

function rule(expected: string, build: (b: Builder, inputs: Inputs) => Value): void {
  it(expected, () => expect(written(simplify(programOf(build)))).toBe(expected));
}

describe('simplify removes what is neutral', () => {
  rule('x', (b, { x }) => b.mul(1, x));
  rule('x', (b, { x }) => b.mul(x, 1));
  rule('x', (b, { x }) => b.div(x, 1));
  rule('x', (b, { x }) => b.sub(x, 0));
  rule('x', (b, { x }) => b.add(x, 0));
  rule('x', (b, { x }) => b.add(b.constant(0, [3, 1]), x));
  rule('x', (b, { x }) => b.neg(b.neg(x)));
  rule('x', (b, { x }) => b.broadcast(x, [3, 3]));
  rule('x', (b, { x }) => b.reshape(b.reshape(x, [9]), [3, 3]));
  rule('x', (b, { x }) => b.transpose(b.transpose(x)));
  rule('x', (b, { x }) => b.withDerivative(x, [[x, b.exp(x)]]));
  rule('x', (b, { x }) => b.stopGradient(x));
  rule('x', (b, { x }) => b.reshape(b.reduceMax(b.reshape(x, [3, 1, 3]), [1]), [3, 3]));
  rule('x', (b, { x }) => b.reshape(b.reduceSum(b.reshape(x, [3, 1, 3]), [1]), [3, 3]));
  // A neutral operand that gives the result its shape stays a broadcast.
  rule('mul(row, 1:3×3)', (b, { row }) => b.mul(row, b.constant(1, [3, 3])));
  rule('mul(1:3×3, row)', (b, { row }) => b.mul(b.constant(1, [3, 3]), row));
  rule('mul(row, -1:3×3)', (b, { row }) => b.mul(row, b.constant(-1, [3, 3])));
  rule('add(row, 0:3×3)', (b, { row }) => b.add(row, b.constant(0, [3, 3])));
  rule('sub(row, 0:3×3)', (b, { row }) => b.sub(row, b.constant(0, [3, 3])));
  rule('mul(row, 1:3×3)', (b, { row }) => b.div(row, b.constant(1, [3, 3])));
  rule('mul(row, 0.25:3×3)', (b, { row }) => b.div(row, b.constant(4, [3, 3])));
});

describe('simplify keeps what is only neutral for finite numbers', () => {
  rule('mul(x, 0)', (b, { x }) => b.mul(x, 0));
  rule('sub(x, x)', (b, { x }) => b.sub(x, x));
  rule('div(x, x)', (b, { x }) => b.div(x, x));
});

describe('simplify moves signs', () => {
  rule('neg(x)', (b, { x }) => b.mul(x, -1));
  rule('sub(y, x)', (b, { x, y }) => b.neg(b.sub(x, y)));
  rule('sub(x, y)', (b, { x, y }) => b.add(x, b.neg(y)));
  rule('sub(y, x)', (b, { x, y }) => b.add(b.neg(x), y));
  rule('add(x, y)', (b, { x, y }) => b.sub(x, b.neg(y)));
  rule('mul(x, y)', (b, { x, y }) => b.mul(b.neg(x), b.neg(y)));
  rule('mul(x, -2)', (b, { x }) => b.mul(b.neg(x), 2));
  rule('mul(x, -2)', (b, { x }) => b.neg(b.mul(x, 2)));
  rule('mul(neg(s), x)', (b, { s, x }) => b.neg(b.mul(s, x)));
});

describe('simplify gathers scalar factors outside', () => {
  rule('mul(x, 6)', (b, { x }) => b.mul(2, b.mul(x, 3)));
  rule('mul(x, mul(s, t))', (b, { s, t, x }) => b.mul(s, b.mul(t, x)));
  rule('mul(mul(y, x), s)', (b, { s, x, y }) => b.mul(b.mul(s, x), y));
  rule('mul(s, 6)', (b, { s }) => b.mul(2, b.mul(3, s)));
  rule('mul(x, 0.25)', (b, { x }) => b.div(x, 4));
  rule('div(x, 3)', (b, { x }) => b.div(x, 3));
  rule('mul(reduceSum(x):3, s):3', (b, { s, x }) => b.reduceSum(b.mul(s, x), [0]));
});

describe('simplify folds constants', () => {
  rule('mul(x, 7)', (b, { x }) => b.mul(x, b.add(b.mul(2, 3), 1)));
  rule('mul(x, 2)', (b, { x }) => b.mul(x, b.selectGreater(2, 1, b.max(2, b.min(1, 5)), b.sqrt(16))));
  rule('add(x, 6)', (b, { x }) => b.add(x, b.reduceSum(b.constant(0.5, [3, 4]))));
  rule('broadcast(mul(s, 3))', (b, { s }) => b.broadcast(b.reduceSum(b.broadcast(s, [3, 3]), [0]), [3, 3]));
  // 2⁻¹⁴⁰ is 0 in float32, where the pieces are not.
  rule('mul(0.5, mul(7.174648137343064e-43, x))', (b, { x }) => b.mul(0.5, b.mul(2 ** -140, x)));
  rule('add(x, log(0))', (b, { x }) => b.add(x, b.log(0)));
  rule('add(x, div(0, 0))', (b, { x }) => b.add(x, b.div(0, 0)));
});

describe('simplify reads operands through what only moves or repeats them', () => {
  rule('add(x, row)', (b, { x, row }) => b.add(x, b.broadcast(row, [3, 3])));
  rule('add(x, 2)', (b, { x }) => b.add(x, b.constant(2, [3, 3])));
  rule('broadcast(row):2×3×3', (b, { row }) => b.broadcast(b.broadcast(row, [3, 3]), [2, 3, 3]));
  rule('matmulᵀ·(x, y)', (b, { x, y }) => b.matmul(b.transpose(x), y));
  rule('matmul·ᵀ(x, y)', (b, { x, y }) => b.matmul(x, b.transpose(y)));
  rule('matmul·(x, y)', (b, { x, y }) => b.matmul(b.transpose(x), y, { transposeA: true }));
  rule('transpose(reshape(x):1×3×3):3×3×1', (b, { x }) =>
    b.transpose(b.transpose(b.reshape(x, [1, 3, 3]), [2, 0, 1]), [0, 2, 1]),
  );
});

describe('simplify takes movements together', () => {
  rule('x', (b, { x }) => b.slice(x, []));
  rule('x', (b, { x }) => b.pad(x, [undefined, { before: 0 }], 7));
  rule('x', (b, { x }) => b.concatenate([x], 1));
  rule('x', (b, { x }) => b.slice(b.slice(x, [{ step: -1 }]), [{ step: -1 }]));
  rule('slice(x):1×2', (b, { x }) => b.slice(b.slice(x, [{ step: -2 }, { start: 1 }]), [{ start: 1 }]));
  rule('add(x, 2)', (b, { x }) => b.add(x, b.slice(b.constant(2, [5, 3]), [{ start: 1, end: 4 }])));
  rule('add(x, 2)', (b, { x }) => b.add(x, b.pad(b.constant(2, [1, 3]), [{ after: 2 }], 2)));
  rule('add(x, pad(2:1×3))', (b, { x }) => b.add(x, b.pad(b.constant(2, [1, 3]), [{ after: 2 }], 1)));
  rule('sub(x, 2)', (b, { x }) => b.sub(x, b.floor(2.5)));
  rule('concatenate(x, row):4×3', (b, { x, row }) => b.concatenate([x, b.constant(0, [0, 3]), row], 0));
  rule('x', (b, { x }) => b.concatenate([b.constant(0, [3, 0]), x], 1));
  rule('add(x, 5)', (b, { x }) => b.add(x, b.pad(b.constant(0, [0, 3]), [{ after: 3 }], 5)));
  rule('x', (b, { x }) => b.add(x, b.slice(b.gather(b.constant(0, [0, 3]), b.constant([1, 2, 3], [3])), [])));

  it('tells slices, pads and concatenations apart by their attributes', () => {
    const b = createBuilder('alike');
    const x = b.input('x', [3, 3]);
    b.output('first', b.slice(x, [{ end: 2 }]));
    b.output('last', b.slice(x, [{ start: 1 }]));
    b.output('back', b.slice(x, [{ start: 1, step: -1 }]));
    b.output('zeros', b.pad(x, [{ before: 1 }]));
    b.output('ones', b.pad(x, [{ before: 1 }], 1));
    b.output('after', b.pad(x, [{ after: 1 }]));
    b.output('again', b.pad(x, [{ after: 1 }]));
    const { nodes, outputs } = simplify(b.build());
    expect(nodes).toHaveLength(7);
    expect(outputs.again).toBe(outputs.after);
  });
});

describe('simplify makes products along an axis of length 1 elementwise', () => {
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('transposeA %s, transposeB %s', (transposeA, transposeB) => {
    const b = createBuilder('outer');
    const x = b.input('x', transposeA ? [2, 1, 3] : [2, 3, 1]);
    const y = b.input('y', transposeB ? [4, 1] : [1, 4]);
    b.output('out', b.matmul(x, y, { transposeA, transposeB }));
    const program = b.build();
    const simple = simplify(program);
    expect(simple.nodes.map(({ op }) => op)).not.toContain('matmul');
    const feeds = { inputs: { x: [1, -2, 3, 4, 5, -6], y: [7, 8, -9, 10] } };
    expect(evaluate(simple, feeds)).toEqual(evaluate(program, feeds));
  });

  rule('mul(reshape(row):3×1, row)', (b, { row }) => b.matmul(b.transpose(row), row));
});

describe('simplify computes nothing twice', () => {
  it('merges commuted operands', () => {
    const program = simplify(
      programOf((b, { x, y }) =>
        b.sub(
          b.mul(b.add(x, y), b.max(x, y)),
          b.div(b.mul(b.max(y, x), b.add(y, x)), b.exp(b.sub(b.min(x, y), b.min(y, x)))),
        ),
      ),
    );
    const ops = program.nodes.map((node) => node.op).sort();
    expect(ops).toEqual(['add', 'div', 'exp', 'input', 'input', 'max', 'min', 'mul', 'sub', 'sub']);
  });

  it('tells infinities apart, and 0 from −0', () => {
    const program = programOf((b, { x }) =>
      b.max(
        b.min(x, b.constant(Number.POSITIVE_INFINITY)),
        b.mul(
          0,
          b.div(b.max(x, b.constant(Number.NEGATIVE_INFINITY)), b.constant([1, 2, Number.POSITIVE_INFINITY], [3])),
        ),
      ),
    );
    const inputs = { x: [-2, -1, 0, 1, 2, 3, 4, 5, 6] };
    const simple = simplify(program);
    expect(evaluate(simple, { inputs }).out).toEqual(
      evaluate(program, { inputs: { ...inputs, s: [0], t: [0], row: [0, 0, 0], y: inputs.x } }).out,
    );
    const constants = simple.nodes.filter((node) => node.op === 'constant' && node.shape.length === 0);
    expect(constants).toHaveLength(3);
    const zeros = simplify(programOf((b, { x }) => b.add(b.div(x, b.constant(-0)), b.div(x, b.constant(0)))));
    expect(zeros.nodes.filter((node) => node.op === 'constant')).toHaveLength(2);
  });

  it('keeps one noise node for one key, and one for each key', () => {
    const program = programOf((b, { x }) => {
      const first = b.noise('normal', 'zeta', [3, 3]);
      return b.mul(b.add(x, first), b.noise('normal', 'eta', [3, 3]));
    });
    expect(simplify(program).nodes.filter((node) => node.op === 'noise')).toHaveLength(2);
  });

  it('settles on long chains', () => {
    const program = simplify(
      programOf((b, { s, t, x, y }) => {
        let value = x;
        for (let i = 0; i < 60; i++) {
          const factor = [b.neg(s), b.mul(2, t), b.constant(0.5), b.neg(b.mul(s, t))][i % 4];
          value = i % 3 === 0 ? b.neg(b.mul(b.mul(value, factor), y)) : b.mul(factor, b.broadcast(value, [3, 3]));
        }
        return value;
      }),
    );
    expect(simplify(program)).toEqual(program);
    // All scalar factors have met: the tensors are multiplied with each other and once with a scalar.
    expect(program.nodes.filter((node) => node.op === 'mul' && node.shape.length > 0)).toHaveLength(21);
  });
});

describe('simplify leaves out what nothing needs', () => {
  it('drops dead nodes, and inputs that nothing reads', () => {
    const program = simplify(
      programOf((b, { x, y }) => {
        b.exp(y);
        b.noise('normal', 'unused', [3, 3]);
        return b.add(x, x);
      }),
    );
    expect(program.nodes.map((node) => node.op)).toEqual(['input', 'add']);
  });

  it('reads the partials of a derivative nowhere', () => {
    const program = simplify(programOf((b, { x, y }) => b.withDerivative(b.exp(x), [[x, b.log(y)]])));
    expect(written(program)).toBe('exp(x)');
    expect(program.nodes).toHaveLength(2);
  });
});

describe('simplify and empty tensors', () => {
  const build = (reduce: (b: Builder, empty: Value) => Value) => {
    const b = createBuilder('empties');
    const empty = b.input('empty', [3, 0]);
    b.output(
      'out',
      b.add(
        b.input('x', [3]),
        b.scope('head', () => reduce(b, empty)),
      ),
    );
    return b.build();
  };

  it('makes empty sums 0', () => {
    expect(written(simplify(build((b, empty) => b.reduceSum(b.exp(empty), [1]))))).toBe('x');
    const product = build((b, empty) => b.reduceSum(b.matmul(empty, b.transpose(empty)), [1]));
    expect(evaluate(simplify(product), { inputs: { x: [1, 2, 3] } }).out).toEqual(Float64Array.of(1, 2, 3));
  });

  it('refuses an empty maximum, naming where it stands', () => {
    expect(() => simplify(build((b, empty) => b.reduceMax(empty, [1])))).toThrow(
      expect.objectContaining({ code: 'VARDROP_EMPTY', message: expect.stringContaining('[head] reduceMax') }),
    );
  });

  it('lets a value stand whose unused derivative is empty', () => {
    const program = build((b, empty) => b.withDerivative(b.input('y', [3]), [[b.reduceSum(empty, [1]), 1]]));
    expect(written(simplify(program))).toBe('add(x, y):3');
  });

  it('refuses no empty maximum that nothing needs', () => {
    const b = createBuilder('dead');
    b.reduceMax(b.input('empty', [0]));
    b.output('out', b.input('x', [3]));
    expect(simplify(b.build()).nodes).toHaveLength(1);
  });
});
