import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBuilder } from '../../src/program/builder.js';
import { print } from '../../src/program/print.js';
import { randomPrograms } from './randomProgram.js';

function layer() {
  const b = createBuilder('dense');
  const x = b.input('x', ['batch', 784], 'iteration');
  const theta = b.input('theta', [784, 500], 'carried');
  b.scope('dense1', () => {
    const gamma = b.label(b.matmul(x, theta), 'gamma');
    const noise = b.noise('normal', 'zeta', ['batch', 500]);
    b.output('activation', b.max(b.add(gamma, b.mul(noise, 0.5)), 0));
  });
  b.output('theta', b.sub(theta, b.mul(theta, 1e-3)));
  return b.build();
}

describe('print', () => {
  it('prints inputs, keys, nodes and outputs in aligned columns', () => {
    expect(print(layer())).toBe(`program dense

inputs
  %0  [batch, 784]  x      iteration
  %1  [784, 500]    theta  carried

keys
  dense1/zeta  read by %3

nodes
  %2  [batch, 500] = matmul %0 %1                  // dense1/gamma
  %3  [batch, 500] = noise normal of dense1/zeta   // dense1/zeta
  %5  [batch, 500] = mul %3 0.5                    // dense1
  %6  [batch, 500] = add %2 %5                     // dense1
  %8  [batch, 500] = max %6 0                      // dense1
  %10 [784, 500]   = mul %1 0.001
  %11 [784, 500]   = sub %1 %10

outputs
  activation  = %8
  theta       = %11
`);
  });

  it('shows constants on lines of their own and leaves labels out on demand', () => {
    const text = print(layer(), { constants: true, labels: false });
    expect(text).toContain('  %4  []           = constant 0.5\n');
    expect(text).toContain('= mul %3 %4\n');
    expect(text).not.toContain('//');
  });

  it('shows the attributes of every operation', () => {
    const b = createBuilder('attributes');
    const image = b.input('image', [1, 4, 4, 1]);
    const filter = b.input('filter', [3, 3, 1, 2]);
    const m = b.input('m', [2, 3]);
    b.output('a', b.conv2d(image, filter, { strides: [1, 2], padding: [1, 1, 0, 0] }));
    b.output('b', b.maxPool2d(image, [2, 2]));
    b.output('c', b.matmul(m, m, { transposeB: true }));
    b.output('d', b.reduceMax(m, [1], true));
    b.output('e', b.transpose(m));
    b.output('f', b.selectGreater(m, 0, m, -0));
    b.output('g', b.withDerivative(m, [[m, 2]]));
    b.output('h', b.stopGradient(m));
    b.output('i', b.special('dawson', m));
    b.output('j', b.constant([1, 2, 3, 4, -Infinity, 6], [6]));
    b.output('k', b.constant(1, [2, 3]));
    b.output('l', b.constant(7));
    const wide = { dilations: [2, 1], groups: 2 } as const;
    b.output('m', b.conv2d(b.input('pair', [1, 4, 4, 2]), b.input('two', [2, 2, 1, 2]), wide));
    b.output('n', b.matmul(m, m, { transposeA: true }));
    b.output('o', b.concatenate([m, m], 1));
    b.output('p', b.slice(m, [{ step: -1 }, { start: 1 }]));
    b.output('q', b.pad(m, [{ before: 1 }, { after: 2 }], -Infinity));
    b.output('r', b.pad(m, [{ interior: 3 }]));
    b.output('s', b.gather(m, b.constant([0], [1])));
    const text = print(b.build());
    for (const line of [
      'conv2d %0 %1 strides [1, 2] padding [1, 1, 0, 0]',
      'maxPool2d %0 size [2, 2] strides [2, 2] padding [0, 0, 0, 0]',
      'matmul %2 %2ᵀ',
      'strides [1, 1] padding [0, 0, 0, 0] dilations [2, 1] in 2 groups',
      'matmul %2ᵀ %2',
      'concatenate %2 %2 along 1',
      'slice %2 from [1, 1] in steps of [-1, 1]',
      'pad %2 with -∞, [1, 0] before, [0, 2] after\n',
      'pad %2 with 0, [0, 0] before, [0, 0] after, [3, 0] between',
      'gather %2 %',
      'reduceMax %2 over [1] kept',
      'transpose %2 to [1, 0]',
      'selectGreater %2 > 0 ? %2 : -0',
      'withDerivative %2 (d/d%2 = 2)',
      'stopGradient %2',
      'dawson %2',
      'constant [1, 2, 3, 4, …]',
      '[2, 3]       = constant 1',
      'l  = 7',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('names every node that something uses, on one line each, and never ends a line with spaces', () => {
    fc.assert(
      fc.property(randomPrograms(), (program) => {
        const lines = print(program, { constants: true }).split('\n');
        program.nodes.forEach((_, id) => {
          expect(lines.filter((line) => line.startsWith(`  %${id} `))).toHaveLength(1);
        });
        expect(lines.every((line) => !line.endsWith(' '))).toBe(true);
      }),
      { numRuns: 50, seed: 4 },
    );
  });
});
