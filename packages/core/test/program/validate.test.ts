import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBuilder } from '../../src/program/builder.js';
import type { Program, ProgramNode } from '../../src/program/program.js';
import { validate } from '../../src/program/validate.js';
import { randomPrograms } from './randomProgram.js';

/** A sound program: x (carried), y, x + y, its sum, noise. */
function sound(): Program {
  const b = createBuilder('sample');
  const x = b.input('x', ['batch', 3], 'carried');
  const y = b.input('y', [3]);
  const sum = b.scope('layer', () => b.add(x, y));
  const noise = b.noise('normal', 'zeta', ['batch', 3]);
  b.output('x', b.mul(sum, noise));
  b.output('total', b.reduceSum(sum, [1]));
  return b.build();
}

/** The program with the attributes of one node replaced, which types would not allow. */
function broken(program: Program, id: number, change: Record<string, unknown>): Program {
  const nodes = program.nodes.map((node, i) => (i === id ? ({ ...node, ...change } as unknown as ProgramNode) : node));
  return { ...program, nodes };
}

const [x, y, sum, noise, product, total] = [0, 1, 2, 3, 4, 5];

describe('validate', () => {
  it('accepts what the builder makes', () => {
    expect(() => validate(sound())).not.toThrow();
    fc.assert(
      fc.property(randomPrograms(), (program) => validate(program)),
      { numRuns: 100, seed: 3 },
    );
  });

  const cases: readonly [what: string, program: Program, code: string, message: RegExp][] = [
    [
      'operands after the node',
      broken(sound(), sum, { operands: [x, 5] }),
      'VARDROP_PROGRAM',
      /%2 add layer.*%5.*%0 to %1/,
    ],
    ['a node that is its own operand', broken(sound(), sum, { operands: [2, 1] }), 'VARDROP_PROGRAM', /%2/],
    ['operands that are no indices', broken(sound(), sum, { operands: [0.5, 1] }), 'VARDROP_PROGRAM', /%0\.5/],
    ['negative operands', broken(sound(), sum, { operands: [-1, 1] }), 'VARDROP_PROGRAM', /%-1/],
    [
      'too few operands',
      broken(sound(), sum, { operands: [0] }),
      'VARDROP_PROGRAM',
      /sample %2 add layer\].*1 operands/,
    ],
    [
      'another shape than the operands give',
      broken(sound(), sum, { shape: [3] }),
      'VARDROP_SHAPE',
      /got \[3\], needs \[batch, 3\]/,
    ],
    [
      'operands that do not broadcast',
      broken(sound(), y, { shape: [4] }),
      'VARDROP_SHAPE',
      /sample %2 add layer\].*\[4\]/,
    ],
    ['an empty axis', broken(sound(), y, { shape: [0] }), 'VARDROP_SHAPE', /%1 input y\].*\[0\]/],
    ['a fractional axis', broken(sound(), y, { shape: [1.5] }), 'VARDROP_SHAPE', /\[1\.5\]/],
    ['a negative axis', broken(sound(), y, { shape: [-3] }), 'VARDROP_SHAPE', /\[-3\]/],
    ['an unnamed input', broken(sound(), y, { name: '' }), 'VARDROP_PROGRAM', /without a name/],
    ['two inputs of one name', broken(sound(), y, { name: 'x' }), 'VARDROP_PROGRAM', /%1 .*"x", which names %0/],
    ['an unknown role', broken(sound(), y, { role: 'fixed' }), 'VARDROP_PROGRAM', /"fixed"/],
    ['an unknown operation', broken(sound(), product, { op: 'cosine' }), 'VARDROP_PROGRAM', /"cosine"/],
    [
      'an operation named like a property of objects',
      broken(sound(), product, { op: 'toString' }),
      'VARDROP_PROGRAM',
      /"toString"/,
    ],
    ['noise without a key', broken(sound(), noise, { key: '' }), 'VARDROP_PROGRAM', /without a key/],
    ['axes out of range', broken(sound(), total, { axes: [2] }), 'VARDROP_AXES', /%5 reduceSum/],
    ['axes counted from the end', broken(sound(), total, { axes: [-1] }), 'VARDROP_AXES', /\[-1\]/],
    ['axes out of order', broken(sound(), total, { axes: [1, 0], shape: [] }), 'VARDROP_AXES', /ascending/],
    ['missing attributes', broken(sound(), total, { op: 'transpose' }), 'VARDROP_PROGRAM', /%5 transpose\] attributes/],
    ['no outputs', { ...sound(), outputs: {} }, 'VARDROP_PROGRAM', /\[sample\] outputs/],
    ['an output of no node', { ...sound(), outputs: { x: 4, total: 6 } }, 'VARDROP_PROGRAM', /"total": got %6/],
    ['an output of a fractional node', { ...sound(), outputs: { x: 4, total: 1.5 } }, 'VARDROP_PROGRAM', /%1\.5/],
    ['a carried input without output', { ...sound(), outputs: { total } }, 'VARDROP_PROGRAM', /carried input "x"/],
    [
      'a carried output of another shape',
      { ...sound(), outputs: { x: 1 } },
      'VARDROP_SHAPE',
      /carried input "x".*\[3\].*\[batch, 3\]/,
    ],
  ];
  it.each(cases)('refuses %s', (_, program, code, message) => {
    expect(() => validate(program)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('refuses a stream that two nodes read', () => {
    const b = createBuilder('twice');
    b.output('a', b.add(b.noise('normal', 'zeta', [2]), b.noise('uniform', 'zeta', [2])));
    expect(() => validate(b.build())).toThrow(/%1 noise zeta\] key: got "zeta", whose stream %0 reads/);
  });

  it('refuses constants that do not fit and allows infinities', () => {
    const constant = (value: number | readonly number[], shape: readonly number[] = [2]): Program => ({
      name: 'constant',
      nodes: [{ op: 'constant', value, operands: [], shape }],
      outputs: { value: 0 },
    });
    expect(() => validate(constant([1, -Infinity]))).not.toThrow();
    expect(() => validate(constant(3.4e38))).not.toThrow();
    expect(() => validate(constant(-0))).not.toThrow();
    for (const value of [[1], [1, 2, 3], [1, Number.NaN], [1e39, 0]]) {
      expect(() => validate(constant(value))).toThrow(/%0 constant\]/);
    }
    expect(() => validate(constant([1, 2], [1]))).toThrow(expect.objectContaining({ code: 'VARDROP_SHAPE' }));
  });

  const moving = () => {
    const b = createBuilder('moving');
    const [m, w] = [b.input('m', [4, 4]), b.input('w', [2, 2, 1, 2])];
    b.output('slice', b.slice(m, [{ step: -1 }]));
    b.output('pad', b.pad(m, [{ before: 1 }], 2));
    b.output('both', b.concatenate([m, m], 1));
    b.output('conv', b.conv2d(b.reshape(m, [1, 4, 2, 2]), w, { dilations: [2, 1], groups: 2 }));
    return b.build();
  };
  const [slice, pad, both, conv] = [2, 3, 4, 6];
  const attributes: readonly [string, number, Record<string, unknown>, string, RegExp][] = [
    ['a slice beyond the end', slice, { starts: [4, 0] }, 'VARDROP_SHAPE', /%2 slice\].*starts \[4,0\]/],
    ['a slice before the start', slice, { starts: [2, 0] }, 'VARDROP_SHAPE', /inside/],
    ['a slice without steps', slice, { steps: [0, 1] }, 'VARDROP_SHAPE', /steps \[0,1\]/],
    ['a slice of fractions', slice, { starts: [3, 0.5], shape: [4, 3] }, 'VARDROP_SHAPE', /0\.5/],
    ['a slice with too few steps', slice, { steps: [-1] }, 'VARDROP_SHAPE', /one of each an axis/],
    ['a slice without an attribute', slice, { starts: undefined }, 'VARDROP_SHAPE', /starts: got nothing/],
    ['a pad by NaN', pad, { value: Number.NaN }, 'VARDROP_PROGRAM', /%3 pad\] pad: value: got NaN/],
    ['a pad by more than float32 holds', pad, { value: 1e39 }, 'VARDROP_PROGRAM', /1e\+39/],
    ['a pad that cuts', pad, { before: [-1, 0], shape: [3, 4] }, 'VARDROP_SHAPE', /before: got \[-1, 0\]/],
    ['a pad with too few numbers', pad, { after: [0] }, 'VARDROP_SHAPE', /one of each an axis/],
    ['a concatenation along no axis', both, { axis: 2 }, 'VARDROP_AXES', /axis 2/],
    ['a concatenation along a fraction', both, { axis: 0.5 }, 'VARDROP_AXES', /axis 0\.5/],
    ['dilations of 0', conv, { dilations: [0, 1] }, 'VARDROP_WINDOW', /dilations: got \[0, 1\]/],
    ['groups that do not go into channels', conv, { groups: 3 }, 'VARDROP_SHAPE', /in \/ 3/],
    ['a convolution without groups', conv, { groups: undefined }, 'VARDROP_WINDOW', /%6 conv2d\].*groups: got nothing/],
    ['a convolution without dilations', conv, { dilations: undefined }, 'VARDROP_WINDOW', /dilations: got nothing/],
  ];
  it.each(attributes)('refuses %s', (_, id, change, code, message) => {
    expect(() => validate(moving())).not.toThrow();
    expect(() => validate(broken(moving(), id, change))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('accepts numbers of a pad that float32 has', () => {
    for (const value of [-Infinity, 0.1, -0]) validate(broken(moving(), pad, { value }));
  });

  it('refuses windows of broken steps', () => {
    const b = createBuilder('pool');
    b.output('y', b.maxPool2d(b.input('image', [1, 4, 4, 1]), [2, 2]));
    const program = b.build();
    expect(() => validate(broken(program, 1, { padding: [0.5, 0, 0, 0] }))).toThrow(
      /padding: got \[0\.5, 0, 0, 0\], needs 4 whole numbers/,
    );
    expect(() => validate(broken(program, 1, { strides: [0, 1] }))).toThrow(
      expect.objectContaining({ code: 'VARDROP_WINDOW' }),
    );
  });
});
