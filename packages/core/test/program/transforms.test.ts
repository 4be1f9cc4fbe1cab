import { describe, expect, it } from 'vitest';
import { bindBatch } from '../../src/program/bindBatch.js';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder } from '../../src/program/builder.js';
import { expand } from '../../src/program/expand.js';
import { hostNoise } from '../../src/program/hostNoise.js';
import { invariantNodes } from '../../src/program/invariantNodes.js';
import { operationClass } from '../../src/program/operationClass.js';
import type { Program, SpecialFunction, UnaryOp } from '../../src/program/program.js';
import { rewrite } from '../../src/program/rewrite.js';
import { splitInvariant } from '../../src/program/splitInvariant.js';
import { validate } from '../../src/program/validate.js';
import { withoutTransposeFlags } from '../../src/program/withoutTransposeFlags.js';
import { createReferenceBackend, evaluate } from '../../src/reference/index.js';
import { dawson } from '../../src/special/dawson.js';
import { logUniformKl } from '../../src/special/logUniformKl.js';

function noisyLayer(): Program {
  const b = createBuilder('layer');
  const x = b.input('x', ['batch', 2], 'iteration');
  const w = b.input('w', [2, 3], 'carried');
  const y = b.scope('dense1', () => {
    const gamma = b.label(b.matmul(x, w), 'gamma');
    return b.add(gamma, b.mul(b.noise('normal', 'zeta', ['batch', 3]), b.noise('uniform', 'scale', [])));
  });
  b.output('y', y);
  b.output('w', b.mul(w, 0.5));
  return b.build();
}

describe('bind', () => {
  it('sets every symbolic axis, and nothing else', () => {
    const program = noisyLayer();
    const bound = bindBatch(program, 5);
    expect(bound.nodes.flatMap((node) => node.shape)).not.toContain('batch');
    expect(bound.nodes.map((node) => node.shape)).toEqual(
      program.nodes.map((node) => node.shape.map((n) => (n === 'batch' ? 5 : n))),
    );
    expect(bound.outputs).toEqual(program.outputs);
    expect(program.nodes[0].shape).toEqual(['batch', 2]);
    validate(bound);
    expect(bindBatch(bound, 7)).toEqual(bound);
  });

  for (const batch of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses ${batch}`, () =>
      expect(() => bindBatch(noisyLayer(), batch)).toThrow(expect.objectContaining({ code: 'VARDROP_BATCH' })));
  }
});

describe('rewrite', () => {
  it('copies a program as it is, labels, roles, keys and outputs included', () => {
    expect(rewrite(noisyLayer(), () => undefined)).toEqual(noisyLayer());
  });

  it('labels what it puts in a node’s place with the node’s label', () => {
    const doubled = rewrite(noisyLayer(), (b, node, operands) =>
      node.op === 'matmul' ? b.add(b.copy(node, operands), b.exp(b.copy(node, operands))) : undefined,
    );
    const made = doubled.nodes.filter((node) => ['add', 'exp', 'matmul'].includes(node.op));
    expect(made.map((node) => [node.op, node.label])).toEqual([
      ['matmul', 'dense1/gamma'],
      ['matmul', 'dense1/gamma'],
      ['exp', 'dense1/gamma'],
      ['add', 'dense1/gamma'],
      ['add', 'dense1'],
    ]);
    expect(Object.keys(doubled.outputs)).toEqual(['y', 'w']);
    validate(doubled);
  });
});

describe('expand', () => {
  const b = createBuilder('special');
  const x = b.input('x', [6]);
  b.output(
    'dawson',
    b.scope('layer', () => b.special('dawson', x)),
  );
  b.output('kl', b.special('logUniformKl', x));
  const program = b.build();
  const inputs = { x: [-3, -0.5, 0, 1e-3, 1, 50] };

  it('puts primitives in the place of functions that are not native', () => {
    const expanded = expand(program, []);
    expect(expanded.nodes.some((node) => node.op === 'special')).toBe(false);
    expect(expanded.nodes.some((node) => node.label === 'layer' && node.op === 'div')).toBe(true);
    validate(expanded);
    const values = evaluate(expanded, { inputs });
    inputs.x.forEach((s, i) => {
      // The chains are made for float32: within 10⁻⁶.
      expect(Math.abs(values.dawson[i] - dawson(s))).toBeLessThanOrEqual(1e-6 * Math.abs(dawson(s)));
      expect(Math.abs(values.kl[i] - logUniformKl(s))).toBeLessThanOrEqual(1e-6 * logUniformKl(s));
    });
  });

  it('puts them in the place of every function that core has a chain for', () => {
    const every = createBuilder('every');
    const value = every.input('x', [3]);
    const { functions } = createReferenceBackend().supports;
    for (const name of functions) {
      const isOperation = Object.hasOwn(operationClass, name);
      every.output(name, isOperation ? every[name as UnaryOp](value) : every.special(name as SpecialFunction, value));
    }
    const whole = every.build();
    const given = { inputs: { x: [0.125, 0.5, 0.75] } };
    const exact = evaluate(whole, given);
    const chains = expand(whole, []);
    validate(chains);
    expect(chains.nodes.filter((node) => node.op === 'special' || functions.some((name) => name === node.op))).toEqual(
      [],
    );
    const approximate = evaluate(chains, given);
    for (const name of functions) {
      approximate[name].forEach((y, i) => {
        expect(Math.abs(y - exact[name][i])).toBeLessThanOrEqual(3e-6 * Math.abs(exact[name][i]));
      });
      expect(
        expand(
          whole,
          functions.filter((each) => each !== name),
        ).nodes.length,
      ).toBeGreaterThan(whole.nodes.length);
    }
    expect(expand(whole, functions)).toEqual(whole);
  });

  it('leaves native ones', () => {
    expect(expand(program, ['dawson', 'logUniformKl'])).toEqual(program);
    const half = expand(program, ['dawson']);
    expect(half.nodes.filter((node) => node.op === 'special')).toHaveLength(1);
  });
});

describe('hostNoise', () => {
  it('replaces noise by inputs of one iteration, and says how to fill them', () => {
    const { program, noises } = hostNoise(bindBatch(noisyLayer(), 4));
    expect(noises).toEqual([
      { input: 'noise:dense1/zeta', key: 'dense1/zeta', distribution: 'normal', shape: [4, 3] },
      { input: 'noise:dense1/scale', key: 'dense1/scale', distribution: 'uniform', shape: [] },
    ]);
    expect(program.nodes.some((node) => node.op === 'noise')).toBe(false);
    const made = program.nodes.filter((node) => node.op === 'input' && node.name.startsWith('noise:'));
    expect(made.map((node) => [node.op === 'input' && node.role, node.shape])).toEqual([
      ['iteration', [4, 3]],
      ['iteration', []],
    ]);
    validate(program);
  });

  it('needs a bound program', () => {
    expect(() => hostNoise(boundProgram(noisyLayer()))).toThrow(expect.objectContaining({ code: 'VARDROP_SHAPE' }));
  });
});

describe('splitInvariant', () => {
  /** y = x exp(w) + exp(w) + noise, where w is as large as `rows` says. */
  function scaled(rows: number): Program {
    const b = createBuilder('scaled');
    const x = b.input('x', [rows, 64], 'iteration');
    const w = b.input('w', [64], 'shared');
    const full = b.broadcast(b.exp(w), [rows, 64]);
    b.output('scale', b.transpose(full, [1, 0]));
    b.output('y', b.add(b.add(b.mul(x, full), b.noise('normal', 'zeta', [rows, 64])), b.exp(w)));
    return b.build();
  }

  it('leaves a program whole where there is little to save', () => {
    const program = scaled(1);
    expect(splitInvariant(boundProgram(program))).toEqual({ each: program });
  });

  it('computes the same in two parts, of which the first needs no iteration', () => {
    const rows = 64;
    const program = scaled(rows);
    expect(invariantNodes(program).filter(Boolean).length).toBeGreaterThan(2);
    const { once, each } = splitInvariant(boundProgram(program));
    if (!once) throw new Error('nothing was split off');
    for (const part of [once, each]) validate(part);
    expect(once.nodes.filter((node) => node.op === 'input').map(({ name }) => name)).toEqual(['w']);
    // w itself is read by the first part only.
    expect(each.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []))).not.toContain('w');
    expect(each.nodes.some(({ op }) => op === 'exp')).toBe(false);
    expect(each.nodes.filter(({ op }) => op === 'noise')).toHaveLength(1);

    const w = Float32Array.from({ length: 64 }, (_, i) => i / 64);
    const x = Float32Array.from({ length: rows * 64 }, (_, i) => Math.sin(i));
    const keys = { zeta: { words: [1, 2] as const } };
    const whole = evaluate(program, { inputs: { x, w }, keys });
    const first = evaluate(once, { inputs: { w } });
    expect(evaluate(each, { inputs: { x, ...first }, keys })).toEqual(whole);
  });
});

describe('withoutTransposeFlags', () => {
  const program = () => {
    const b = createBuilder('products');
    const [x, y] = [b.input('x', [3, 2]), b.input('y', [4, 3])];
    const product = b.matmul(x, y, { transposeA: true, transposeB: true });
    b.output('xy', product);
    b.output('xyx', b.matmul(y, product, { transposeA: true, transposeB: true }));
    return b.build();
  };
  const x = Float64Array.of(1, 2, 3, 4, 5, 6);
  const y = Float64Array.from({ length: 12 }, (_, i) => i - 5);

  it.each([
    ['both', 3],
    ['right', 2],
  ] as const)('transposes %s operands once each, and computes the same', (of, transposes) => {
    const without = withoutTransposeFlags(program(), of);
    validate(without);
    const products = without.nodes.filter((node) => node.op === 'matmul');
    expect(products.map(({ transposeB }) => transposeB)).toEqual([false, false]);
    expect(products.map(({ transposeA }) => transposeA)).toEqual([of === 'right', of === 'right']);
    expect(without.nodes.filter(({ op }) => op === 'transpose')).toHaveLength(transposes);
    const feeds = { inputs: { x, y } };
    expect(evaluate(without, feeds)).toEqual(evaluate(program(), feeds));
  });
});
