import { describe, expect, it } from 'vitest';
import { type Builder, type ConvolutionOptions, createBuilder } from '../../src/program/builder.js';
import { samePadding } from '../../src/program/shapes.js';
import { validate } from '../../src/program/validate.js';

const coded = (code: string, text: string) =>
  expect.objectContaining({ name: 'VardropError', code, message: expect.stringContaining(text) });

type Refusal = readonly [string, string, string, (b: Builder) => unknown];

/** A convolution of 5 × 5 pixels of four channels by windows of 2 × 2, with other options. */
const convolving =
  (options: ConvolutionOptions, filter: readonly number[] = [2, 2, 4, 4]) =>
  (b: Builder) =>
    b.conv2d(b.input('x', [1, 5, 5, 4]), b.input('w', filter), options);
const matrix = (b: Builder) => b.input('x', ['batch', 6]);
const image = (b: Builder) => b.input('image', [1, 5, 5, 4]);
const filter = (b: Builder) => b.input('filter', [2, 2, 4, 4]);

/** What JavaScript lets a caller pass. */
const wrong = (value: unknown) => value as never;

/** Movements and convolutions that do not fit. */
const refusals: readonly Refusal[] = [
  ['conv2d', 'VARDROP_SHAPE', 'in / 2', convolving({ groups: 2 })],
  ['conv2d', 'VARDROP_SHAPE', 'multiples of 2 groups', convolving({ groups: 2 }, [2, 2, 2, 3])],
  ['conv2d', 'VARDROP_WINDOW', 'groups: got 0, needs a whole number from 1', convolving({ groups: 0 })],
  ['conv2d', 'VARDROP_WINDOW', 'groups: got 0.5', convolving({ groups: 0.5 }, [2, 2, 8, 4])],
  ['conv2d', 'VARDROP_WINDOW', 'dilations: got [0, 1]', convolving({ dilations: [0, 1] })],
  ['conv2d', 'VARDROP_WINDOW', 'dilations: got [1, 1.5]', convolving({ dilations: [1, 1.5] })],
  ['conv2d', 'VARDROP_SHAPE', '6×2', convolving({ dilations: [5, 1] })],
  ['conv2d', 'VARDROP_WINDOW', "the window's 4×2", convolving({ dilations: [3, 1], padding: [4, 0, 0, 0] })],
  [
    'conv2dInputGradient',
    'VARDROP_SHAPE',
    'a gradient of [1, 3, 3, 4]',
    (b) =>
      b.conv2dInputGradient(b.input('w', [2, 2, 1, 4]), b.input('dy', [1, 4, 4, 4]), [1, 5, 5, 4], {
        dilations: [2, 2],
        groups: 4,
      }),
  ],
  [
    'conv2dFilterGradient',
    'VARDROP_SHAPE',
    'filter [kh, kw, in / 4, out]',
    (b) => b.conv2dFilterGradient(b.input('x', [1, 5, 5, 4]), b.input('dy', [1, 4, 4, 4]), [2, 2, 4, 4], { groups: 4 }),
  ],
  ['gather', 'VARDROP_SHAPE', 'a table [rows, …]', (b) => b.gather(b.input('table', []), b.input('i', [2]))],
  ['gather', 'VARDROP_SHAPE', 'none of whose axes is the batch', (b) => b.gather(matrix(b), b.input('i', [2]))],
  ['gather', 'VARDROP_SHAPE', '2²⁴ rows', (b) => b.gather(b.input('table', [2 ** 24 + 1]), b.input('i', [2]))],
  [
    'gatherGradient',
    'VARDROP_SHAPE',
    'a gradient of [2, 3]',
    (b) => b.gatherGradient(b.input('i', [2]), b.input('dy', [2, 4]), [5, 3]),
  ],
  ['concatenate', 'VARDROP_PROGRAM', 'at least one', (b) => b.concatenate([], 0)],
  [
    'concatenate',
    'VARDROP_AXES',
    'axes [2], needs distinct integers from -2 to 1',
    (b) => b.concatenate([matrix(b)], 2),
  ],
  ['concatenate', 'VARDROP_AXES', 'axes [-2]', (b) => b.concatenate([b.input('x', [2])], -2)],
  ['concatenate', 'VARDROP_AXES', 'axes [0]', (b) => b.concatenate([b.input('x', [])], 0)],
  ['concatenate', 'VARDROP_SHAPE', 'along axis 1', (b) => b.concatenate([matrix(b), b.input('y', [2, 6])], 1)],
  ['concatenate', 'VARDROP_SHAPE', 'along axis 0', (b) => b.concatenate([b.input('y', [2, 6]), b.input('z', [6])], 0)],
  [
    'concatenate',
    'VARDROP_SHAPE',
    'other than the batch',
    (b) => {
      const x = matrix(b);
      return b.concatenate([x, x], 0);
    },
  ],
  [
    'slice',
    'VARDROP_SHAPE',
    'got step 0, needs a step that is a whole number',
    (b) => b.slice(matrix(b), [undefined, { step: 0 }]),
  ],
  [
    'slice',
    'VARDROP_SHAPE',
    'got start 0.5, needs a start that is a whole number',
    (b) => b.slice(matrix(b), [undefined, { start: 0.5 }]),
  ],
  [
    'slice',
    'VARDROP_SHAPE',
    'needs an end that is a whole number',
    (b) => b.slice(matrix(b), [undefined, { end: Number.NaN }]),
  ],
  [
    'slice',
    'VARDROP_SHAPE',
    'got start 4, end 2, needs a range that takes an element',
    (b) => b.slice(matrix(b), [undefined, { start: 4, end: 2 }]),
  ],
  [
    'slice',
    'VARDROP_SHAPE',
    'got start 9, needs a range that takes an element',
    (b) => b.slice(matrix(b), [undefined, { start: 9 }]),
  ],
  ['slice', 'VARDROP_SHAPE', 'the batch axis taken whole', (b) => b.slice(matrix(b), [{ end: 1 }])],
  ['slice', 'VARDROP_SHAPE', '3 ranges', (b) => b.slice(matrix(b), [undefined, undefined, {}])],
  ['slice', 'VARDROP_SHAPE', "end '2'", (b) => b.slice(matrix(b), [undefined, wrong({ end: '2' })])],
  ['slice', 'VARDROP_SHAPE', 'end 1.5', (b) => b.slice(matrix(b), [undefined, { end: 1.5 }])],
  ['pad', 'VARDROP_SHAPE', 'before: got [0, null]', (b) => b.pad(matrix(b), [undefined, wrong({ before: null })])],
  ['pad', 'VARDROP_SHAPE', 'from 0 to 2147483647', (b) => b.pad(matrix(b), [undefined, { before: 1e300 }])],
  ['pad', 'VARDROP_PROGRAM', "value: got 'abc'", (b) => b.pad(matrix(b), [undefined, { before: 1 }], wrong('abc'))],
  ['pad', 'VARDROP_PROGRAM', 'value: got 1e+39', (b) => b.pad(matrix(b), [undefined, { before: 1 }], 1e39)],
  ['special', 'VARDROP_PROGRAM', "function: got 'toString'", (b) => b.special(wrong('toString'), 1)],
  ['conv2d', 'VARDROP_WINDOW', 'dilations: got null', convolving(wrong({ dilations: null }))],
  ['conv2d', 'VARDROP_WINDOW', 'strides: got 2', convolving(wrong({ strides: 2 }))],
  ['conv2d', 'VARDROP_WINDOW', "padding: got 'same'", convolving(wrong({ padding: 'same' }))],
  ['conv2d', 'VARDROP_WINDOW', 'dilations: got [4294967296, 1]', convolving({ dilations: [2 ** 32, 1] })],
  [
    'conv2dInputGradient',
    'VARDROP_SHAPE',
    'shape: got an object with groups',
    (b) => b.conv2dInputGradient(filter(b), image(b), wrong({ groups: 2 })),
  ],
  [
    'gatherGradient',
    'VARDROP_SHAPE',
    'of at most 2²⁴ rows',
    (b) => b.gatherGradient(b.input('i', [2]), matrix(b), [2.5, 6]),
  ],
  [
    'pad',
    'VARDROP_SHAPE',
    'before: got [0, -1], needs an array of whole numbers from 0',
    (b) => b.pad(matrix(b), [undefined, { before: -1 }]),
  ],
  ['pad', 'VARDROP_SHAPE', 'interior: got [0, 0.5]', (b) => b.pad(matrix(b), [undefined, { interior: 0.5 }])],
  ['pad', 'VARDROP_SHAPE', '0 for the batch axis', (b) => b.pad(matrix(b), [{ after: 1 }])],
];

describe('the builder checks shapes as it builds', () => {
  const cases: readonly Refusal[] = [
    ['add', 'VARDROP_SHAPE', '[2, 3] and [4]', (b) => b.add(b.input('x', [2, 3]), b.input('y', [4]))],
    ['selectGreater', 'VARDROP_SHAPE', '[3]', (b) => b.selectGreater(b.input('x', [3]), 0, b.input('y', [2]), 0)],
    ['reduceSum', 'VARDROP_AXES', 'axes [2]', (b) => b.reduceSum(b.input('x', [2, 3]), [2])],
    ['reduceMax', 'VARDROP_AXES', 'axes [0, 0]', (b) => b.reduceMax(b.input('x', [2, 3]), [0, 0])],
    ['reduceSum', 'VARDROP_AXES', 'axes [-1, 1]', (b) => b.reduceSum(b.input('x', [2, 3]), [-1, 1])],
    ['mean', 'VARDROP_AXES', 'axes [3]', (b) => b.mean(b.input('x', [2]), [3])],
    ['mean', 'VARDROP_SHAPE', 'batch axis', (b) => b.mean(b.input('x', ['batch', 2]), [0])],
    ['matmul', 'VARDROP_SHAPE', 'equal inner axes', (b) => b.matmul(b.input('x', [2, 3]), b.input('y', [2, 3]))],
    ['matmul', 'VARDROP_SHAPE', 'two axes', (b) => b.matmul(b.input('x', [3]), b.input('y', [3, 3]))],
    ['matmul', 'VARDROP_SHAPE', '[2] and [3]', (b) => b.matmul(b.input('x', [2, 1, 3]), b.input('y', [3, 3, 1]))],
    ['conv2d', 'VARDROP_SHAPE', 'filter', (b) => b.conv2d(b.input('x', [1, 4, 4, 2]), b.input('w', [2, 2, 3, 1]))],
    ['conv2d', 'VARDROP_SHAPE', '5×2', (b) => b.conv2d(b.input('x', [1, 4, 4, 2]), b.input('w', [5, 2, 2, 1]))],
    ['maxPool2d', 'VARDROP_SHAPE', 'image', (b) => b.maxPool2d(b.input('x', [4, 4]), [2, 2])],
    [
      'maxPool2d',
      'VARDROP_WINDOW',
      'strides: got [0, 1], needs 2 whole numbers from 1',
      (b) => b.maxPool2d(b.input('x', [1, 4, 4, 1]), [2, 2], { strides: [0, 1] }),
    ],
    ['reshape', 'VARDROP_SHAPE', 'elements', (b) => b.reshape(b.input('x', [2, 3]), [5])],
    ['reshape', 'VARDROP_SHAPE', 'elements', (b) => b.reshape(b.input('x', ['batch', 3]), [3])],
    ['transpose', 'VARDROP_SHAPE', 'permutation', (b) => b.transpose(b.input('x', [2, 3]), [0])],
    ['transpose', 'VARDROP_AXES', '[0, 0]', (b) => b.transpose(b.input('x', [2, 3]), [0, 0])],
    ['broadcast', 'VARDROP_SHAPE', '[3]', (b) => b.broadcast(b.input('x', [2, 3]), [3])],
    ['constant', 'VARDROP_SHAPE', 'as many values', (b) => b.constant([1, 2], [3])],
    ...refusals,
    ['withDerivative', 'VARDROP_SHAPE', '[2]', (b) => b.withDerivative(b.input('x', [3]), [[b.input('y', [2]), 1]])],
  ];
  for (const [what, code, text, build] of cases) {
    it(`${what}: ${text}`, () => {
      expect(() => build(createBuilder('plain'))).toThrow(coded(code, text));
      expect(() => build(createBuilder('plain'))).toThrow(/^\[program\]/);
    });
    it(`${what}: ${text}, naming its scope`, () => {
      const b = createBuilder('scoped');
      const inner = () => b.scope('outer', () => b.scope('inner', () => build(b)));
      expect(inner).toThrow(coded(code, '[outer/inner] '));
    });
  }

  it('refuses ranges of unknown names, and values that are none', () => {
    const b = createBuilder('ranges');
    const x = b.input('x', [4]);
    expect(() => b.concatenate(wrong(undefined), 0)).toThrow(coded('VARDROP_PROGRAM', 'values: got nothing'));
    expect(() => b.concatenate(wrong([5]), 0)).toThrow(coded('VARDROP_PROGRAM', 'operand: got 5'));
    expect(() => b.slice(x, [{ stop: 2 } as object])).toThrow(coded('VARDROP_OPTION', 'stop'));
    expect(() => b.pad(x, [{ left: 2 } as object])).toThrow(coded('VARDROP_OPTION', 'left'));
    expect(() => b.conv2d(x, x, { dilation: 2 } as object)).toThrow(coded('VARDROP_OPTION', 'dilation'));
    for (const use of [
      () => b.slice(undefined as never, []),
      () => b.pad(undefined as never, []),
      () => b.concatenate([x, undefined as never], 0),
    ]) {
      expect(use).toThrow(coded('VARDROP_PROGRAM', 'got nothing'));
    }
  });

  it('keeps the batch axis where movements leave it whole', () => {
    const b = createBuilder('batches');
    const x = b.input('x', ['batch', 6]);
    expect(b.slice(x, [undefined, { start: -2 }]).shape).toEqual(['batch', 2]);
    expect(b.pad(x, [{}, { before: 1, interior: 2 }]).shape).toEqual(['batch', 17]);
    expect(b.concatenate([x, x], -1).shape).toEqual(['batch', 12]);
    expect(b.concatenate([x], 0).shape).toEqual(['batch', 6]);
    expect(b.gather(b.input('table', [9, 2]), x).shape).toEqual(['batch', 6, 2]);
  });

  it('leaves the scope behind an error', () => {
    const b = createBuilder('scopes');
    expect(() => b.scope('broken', () => b.reshape(b.input('x', [2]), [3]))).toThrow();
    expect(b.node(b.scope('whole', () => b.exp(1))).label).toBe('whole');
    expect(b.node(b.exp(2)).label).toBeUndefined();
  });
});

describe('padding', () => {
  const image = () => {
    const b = createBuilder('padding');
    return { b, x: b.input('x', [1, 6, 6, 1]) };
  };
  for (const [padding, fits] of [
    [[1, 1, 2, 2], true],
    [[2, 0, 0, 0], false],
    [[0, 2, 0, 0], false],
    [[0, 0, 3, 0], false],
    [[0, 0, 0, 3], false],
    [[0.5, 0, 0, 0], false],
    [[-1, 0, 0, 0], false],
    [[Number.NaN, 0, 0, 0], false],
  ] as const) {
    it(`[${padding}] of a 2×3 window is ${fits ? 'taken' : 'refused'}`, () => {
      const builds = [
        () => {
          const { b, x } = image();
          return b.maxPool2d(x, [2, 3], { padding });
        },
        () => {
          const { b, x } = image();
          return b.averagePool2d(x, [2, 3], { padding });
        },
        () => {
          const { b, x } = image();
          return b.conv2d(x, b.input('w', [2, 3, 1, 1]), { padding });
        },
      ];
      for (const build of builds) {
        if (fits) expect(build).not.toThrow();
        else expect(build).toThrow(expect.objectContaining({ code: 'VARDROP_WINDOW' }));
      }
    });
  }

  it('of `same` always fits, and gives as many cells as strides go into the image', () => {
    for (let n = 1; n <= 7; n++) {
      for (let size = 1; size <= 5; size++) {
        for (let stride = 1; stride <= 4; stride++) {
          const b = createBuilder('same');
          const padding = samePadding(n, 3, [size, 1], [stride, 1]);
          const y = b.maxPool2d(b.input('x', [1, n, 3, 1]), [size, 1], { strides: [stride, 1], padding });
          expect(y.shape).toEqual([1, Math.ceil(n / stride), 3, 1]);
          expect(padding[1] - padding[0]).toBeOneOf([0, 1]);
        }
      }
    }
  });
});

describe('the builder keeps programs apart', () => {
  it('refuses values of another program, even of one that shares its shapes', () => {
    const shape = [3];
    const [first, second] = [createBuilder('first'), createBuilder('second')];
    const x = first.input('x', shape);
    second.input('x', shape);
    expect(() => second.exp(x)).toThrow(coded('VARDROP_PROGRAM', '[exp] got a value of another program'));
  });

  it('refuses a second input or output of one name, and takes names that objects have anyway', () => {
    const b = createBuilder('names');
    const x = b.input('constructor', [3]);
    b.output('toString', x);
    expect(() => b.input('constructor', [2])).toThrow(coded('VARDROP_PROGRAM', 'second input'));
    expect(() => b.scope('head', () => b.output('toString', x))).toThrow(coded('VARDROP_PROGRAM', '[head/toString]'));
  });

  it('refuses a carried output of another shape', () => {
    const b = createBuilder('carried');
    const x = b.input('x', [3], 'carried');
    expect(() => b.output('x', b.reduceSum(x))).toThrow(coded('VARDROP_SHAPE', "needs its input's [3]"));
  });

  it('does not grow after it was built', () => {
    const b = createBuilder('snapshot');
    b.output('x', b.exp(b.input('x', [3])));
    const program = b.build();
    b.output('y', b.exp(1));
    expect(program.nodes).toHaveLength(2);
    expect(Object.keys(program.outputs)).toEqual(['x']);
    validate(program);
  });
});

describe('labels and keys', () => {
  it('carry the scope', () => {
    const b = createBuilder('labels');
    const [gamma, noise, plain] = b.scope('dense1', () =>
      b.scope('local', () => [b.label(b.input('x', [2]), 'gamma'), b.noise('normal', 'zeta', [2]), b.exp(1)]),
    );
    expect(b.node(gamma).label).toBe('dense1/local/gamma');
    expect(b.node(noise)).toMatchObject({ key: 'dense1/local/zeta', label: 'dense1/local/zeta' });
    expect(b.node(plain).label).toBe('dense1/local');
    expect(b.node(b.input('theta', [2])).label).toBe('theta');
  });
});
