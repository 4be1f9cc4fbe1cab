import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundProgram } from '../../src/program/boundProgram.js';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import { fuse } from '../../src/program/fuse.js';
import type { ContractionKernel, FusedProgram, KernelLimits } from '../../src/program/kernel.js';
import { operationClass } from '../../src/program/operationClass.js';
import type { NodeId, Program } from '../../src/program/program.js';
import { broadcastShapes, sameShape } from '../../src/program/shapes.js';
import { randomPrograms } from './randomProgram.js';

/** A value that tells apart everything that is computed differently: one number for each distinct expression. */
function createEvaluator() {
  const known = new Map<string, number>();
  return (program: Program, id: NodeId, operands: readonly number[]): number => {
    const { operands: _, label: __, ...operation } = program.nodes[id];
    const key = JSON.stringify([operation, operands]);
    const value = known.get(key) ?? known.size;
    known.set(key, value);
    return value;
  };
}

type Evaluator = ReturnType<typeof createEvaluator>;

function runProgram(program: Program, evaluate: Evaluator): number[] {
  const values: number[] = [];
  program.nodes.forEach((node, id) => {
    values.push(
      evaluate(
        program,
        id,
        node.operands.map((operand) => values[operand]),
      ),
    );
  });
  return values;
}

/** Runs kernels in order; each sees only its inputs, numbers, and what it computes itself, and hands on its outputs. */
function runKernels({ program, kernels }: FusedProgram, evaluate: Evaluator): Map<NodeId, number> {
  const memory = new Map<NodeId, number>();
  program.nodes.forEach((node, id) => {
    if (operationClass[node.op] === 'source') memory.set(id, evaluate(program, id, []));
  });
  for (const kernel of kernels) {
    const local = new Map<NodeId, number>();
    for (const id of kernel.inputs) {
      if (!memory.has(id)) throw new Error(`%${id} is read before it is written`);
      local.set(id, memory.get(id) as number);
    }
    for (const id of kernel.nodes) {
      const operands = program.nodes[id].operands.map((operand) => {
        const source = program.nodes[operand];
        const inPlace = source.op === 'constant' && typeof source.value === 'number';
        const value = local.get(operand) ?? (inPlace ? memory.get(operand) : undefined);
        if (value === undefined) throw new Error(`%${id} reads %${operand}, which its kernel does not have`);
        return value;
      });
      local.set(id, evaluate(program, id, operands));
    }
    for (const id of kernel.outputs) memory.set(id, local.get(id) as number);
  }
  return memory;
}

/** Everything that the types of kernels promise. */
function checkKernels({ program, kernels }: FusedProgram, limits: KernelLimits): void {
  const { nodes } = program;
  const elementwise = (id: NodeId) => operationClass[nodes[id].op] === 'elementwise';
  const owners = new Map<NodeId, number>();
  for (const kernel of kernels) {
    expect(kernel.inputs.length).toBeLessThanOrEqual(limits.inputs);
    expect(kernel.outputs.length).toBeLessThanOrEqual(limits.outputs);
    expect(kernel.outputs.length).toBeGreaterThan(0);
    for (const list of [kernel.nodes, kernel.inputs, kernel.outputs]) {
      expect([...list]).toEqual([...new Set(list)].sort((a, b) => a - b));
    }
    const loop = kernel.kind === 'reduction' ? kernel.prologue : 'epilogue' in kernel ? kernel.epilogue : [];
    for (const id of loop) {
      expect(elementwise(id)).toBe(true);
      expect(nodes[id].shape).toEqual(kernel.shape);
      for (const operand of nodes[id].operands) {
        expect(broadcastShapes(nodes[operand].shape, kernel.shape)).toEqual(kernel.shape);
      }
    }
    if (kernel.kind !== 'reduction') for (const id of kernel.outputs) expect(nodes[id].shape).toEqual(kernel.shape);
    const own =
      kernel.kind === 'contraction'
        ? [...kernel.contractions, ...kernel.epilogue]
        : kernel.kind === 'elementwise'
          ? kernel.epilogue
          : kernel.nodes;
    for (const id of own) owners.set(id, (owners.get(id) ?? 0) + 1);
    if (kernel.kind === 'contraction') checkContraction(program, kernel);
    if (kernel.kind === 'reduction') {
      expect(kernel.outputs).toEqual([kernel.reduction]);
      expect(nodes[nodes[kernel.reduction].operands[0]].shape).toEqual(kernel.shape);
    }
    if (kernel.kind === 'movement' || kernel.kind === 'window') {
      expect(operationClass[nodes[kernel.node].op]).toBe(kernel.kind);
      expect(kernel.nodes).toEqual([kernel.node]);
    }
  }
  expect(Math.max(0, ...owners.values())).toBeLessThanOrEqual(1);
  // Every node that an output depends on, save those that only prologues need, has its kernel.
  const evaluated = new Set(kernels.flatMap((kernel) => kernel.nodes));
  const live = new Set(Object.values(program.outputs));
  for (let id = nodes.length - 1; id >= 0; id--) if (live.has(id)) for (const o of nodes[id].operands) live.add(o);
  for (const id of live) expect(evaluated.has(id)).toBe(operationClass[nodes[id].op] !== 'source');
}

function checkContraction(program: Program, kernel: ContractionKernel): void {
  const { nodes } = program;
  const cheap = ['neg', 'abs', 'add', 'sub', 'mul', 'max', 'min', 'selectGreater'];
  expect(kernel.contractions.length).toBeGreaterThan(0);
  expect(kernel.shared === undefined).toBe(kernel.contractions.length === 1);
  const [first] = kernel.contractions;
  for (const id of kernel.contractions) {
    const node = nodes[id];
    expect(operationClass[node.op]).toBe('contraction');
    expect(node.op).toBe(nodes[first].op);
    expect(node.shape).toEqual(kernel.shape);
    node.operands.forEach((operand, side) => {
      if (kernel.shared?.side === side) {
        expect(operand === kernel.shared.node || kernel.prologue.includes(operand)).toBe(true);
        expect(sameShape(nodes[operand].shape, nodes[kernel.shared.node].shape)).toBe(true);
      } else {
        expect(kernel.inputs).toContain(operand);
      }
    });
    if (node.op === 'matmul') {
      const reference = nodes[first];
      if (reference.op === 'matmul' && kernel.shared?.side === 0) expect(node.transposeA).toBe(reference.transposeA);
      if (reference.op === 'matmul' && kernel.shared?.side === 1) expect(node.transposeB).toBe(reference.transposeB);
    }
  }
  for (const id of kernel.prologue) {
    expect(cheap).toContain(nodes[id].op);
    expect(nodes[id].shape).toEqual(nodes[kernel.shared?.node as NodeId].shape);
    for (const operand of nodes[id].operands) {
      const number = nodes[operand].op === 'constant' && kernel.shared?.node !== operand;
      expect(number || operand === kernel.shared?.node || kernel.prologue.includes(operand)).toBe(true);
    }
  }
  if (kernel.shared) expect(kernel.inputs).toContain(kernel.shared.node);
}

const unlimited: KernelLimits = { inputs: Infinity, outputs: Infinity };

describe('fuse on random programs', () => {
  const limits = fc.oneof(
    fc.constant(unlimited),
    fc.record({ inputs: fc.integer({ min: 4, max: 9 }), outputs: fc.integer({ min: 1, max: 3 }) }),
  );

  it('keeps every promise of its types, within the limits, and computes what the program computes', () => {
    let shared = 0;
    let reductionsWithPrologue = 0;
    let largest = 0;
    fc.assert(
      fc.property(randomPrograms(), limits, (program, limit) => {
        const fused = fuse(boundProgram(program), limit);
        checkKernels(fused, limit);
        const evaluate = createEvaluator();
        const expected = runProgram(program, evaluate);
        const memory = runKernels(fused, evaluate);
        for (const id of Object.values(program.outputs)) expect(memory.get(id)).toBe(expected[id]);
        for (const kernel of fused.kernels) {
          for (const id of kernel.outputs) expect(memory.get(id)).toBe(expected[id]);
          if (kernel.kind === 'contraction' && kernel.contractions.length > 1) shared++;
          if (kernel.kind === 'reduction' && kernel.prologue.length > 0) reductionsWithPrologue++;
          largest = Math.max(largest, kernel.nodes.length);
        }
      }),
      { numRuns: 600, seed: 1 },
    );
    // The programs do exercise what is being tested.
    expect(shared).toBeGreaterThan(50);
    expect(reductionsWithPrologue).toBeGreaterThan(50);
    expect(largest).toBeGreaterThan(8);
  });

  it('gives the same kernels each time', () => {
    fc.assert(
      fc.property(randomPrograms(), (program) => {
        expect(fuse(program)).toEqual(fuse(program));
      }),
      { numRuns: 50, seed: 2 },
    );
  });
});

/** A dense layer by local reparametrization: b = γ + √δ ζ + bias, then a rectifier. */
function localReparametrization(b: Builder, a: Value) {
  const mean = b.input('mean', [5, 4]);
  const logVariance = b.input('logVariance', [5, 4]);
  const bias = b.input('bias', [4]);
  const zeta = b.noise('normal', 'zeta', ['batch', 4]);
  const gamma = b.matmul(a, mean);
  const squares = b.square(a);
  const variance = b.exp(logVariance);
  const delta = b.matmul(squares, variance);
  const preactivation = b.add(b.add(gamma, b.mul(b.sqrt(delta), zeta)), bias);
  return { gamma, squares, variance, delta, activation: b.max(preactivation, 0) };
}

describe('fuse on local reparametrization', () => {
  it('makes one kernel of both moments, sampling, bias and activation', () => {
    const b = createBuilder('layer');
    const a = b.input('a', ['batch', 5], 'iteration');
    const layer = localReparametrization(b, a);
    b.output('activation', layer.activation);
    const { kernels } = fuse(b.build(), { inputs: 4, outputs: 1 });
    expect(kernels.map(({ kind }) => kind)).toEqual(['elementwise', 'contraction']);
    const [variance, moments] = kernels as [unknown, ContractionKernel];
    expect(variance).toMatchObject({ nodes: [layer.variance.id], outputs: [layer.variance.id] });
    expect(moments.contractions).toEqual([layer.gamma.id, layer.delta.id]);
    expect(moments.shared).toEqual({ side: 0, node: a.id });
    expect(moments.prologue).toEqual([layer.squares.id]);
    expect(moments.outputs).toEqual([layer.activation.id]);
    expect(moments.epilogue).toHaveLength(6);
  });

  it('writes the variance too where something needs it, and takes two kernels where only one output is allowed', () => {
    const b = createBuilder('layer');
    const layer = localReparametrization(b, b.input('a', ['batch', 5], 'iteration'));
    b.output('activation', layer.activation);
    b.output('delta', layer.delta);
    const program = b.build();
    const together = fuse(program).kernels.at(-1) as ContractionKernel;
    expect(together.contractions).toEqual([layer.gamma.id, layer.delta.id]);
    expect(together.outputs).toEqual([layer.delta.id, layer.activation.id]);
    const apart = fuse(program, { inputs: 8, outputs: 1 }).kernels.filter(({ kind }) => kind === 'contraction');
    expect(apart.map(({ outputs }) => outputs)).toEqual([[layer.delta.id], [layer.activation.id]]);
  });

  it('keeps costly functions out of the loop', () => {
    const b = createBuilder('layer');
    const a = b.input('a', [3, 5]);
    const w = b.input('w', [5, 4]);
    const costly = b.exp(a);
    b.output('sum', b.add(b.matmul(a, w), b.matmul(costly, w)));
    const { kernels } = fuse(b.build());
    expect(kernels[0]).toMatchObject({ kind: 'elementwise', outputs: [costly.id] });
    for (const kernel of kernels) if (kernel.kind === 'contraction') expect(kernel.prologue).toEqual([]);
  });

  it('shares the loop of the weight gradients of both moments', () => {
    const b = createBuilder('backward');
    const a = b.input('a', ['batch', 5], 'iteration');
    const dGamma = b.input('dGamma', ['batch', 4], 'iteration');
    const dDelta = b.input('dDelta', ['batch', 4], 'iteration');
    const variance = b.input('variance', [5, 4]);
    const dMean = b.matmul(a, dGamma, { transposeA: true });
    const dVariance = b.matmul(b.square(a), dDelta, { transposeA: true });
    b.output('dMean', dMean);
    b.output('dLogVariance', b.mul(dVariance, variance));
    const { kernels } = fuse(b.build());
    expect(kernels).toHaveLength(1);
    expect(kernels[0]).toMatchObject({ contractions: [dMean.id, dVariance.id], shared: { side: 0, node: a.id } });
  });

  it('does not join contractions that depend on each other', () => {
    const b = createBuilder('chain');
    const a = b.input('a', [3, 3]);
    const first = b.matmul(a, a);
    const second = b.matmul(a, b.exp(first));
    b.output('second', second);
    const { kernels } = fuse(b.build());
    expect(kernels).toHaveLength(2);
    expect(kernels.map(({ outputs }) => outputs[0]).at(-1)).toBe(second.id);
  });

  it('treats convolutions and their squares alike', () => {
    const b = createBuilder('conv');
    const image = b.input('image', ['batch', 6, 6, 2], 'iteration');
    const mean = b.input('mean', [3, 3, 2, 4]);
    const variance = b.input('variance', [3, 3, 2, 4]);
    const delta = b.conv2d(b.square(image), variance);
    b.output('b', b.add(b.conv2d(image, mean), b.sqrt(delta)));
    const { kernels } = fuse(b.build());
    expect(kernels).toHaveLength(1);
    expect((kernels[0] as ContractionKernel).contractions).toHaveLength(2);
  });
});

describe('fuse', () => {
  it('puts an optimizer update into one kernel', () => {
    const b = createBuilder('adam');
    const g = b.input('g', [5, 4]);
    const m = b.input('m', [5, 4]);
    const v = b.input('v', [5, 4]);
    const theta = b.input('theta', [5, 4]);
    const rate = b.input('rate', []);
    const m1 = b.add(b.mul(m, 0.9), b.mul(g, 0.1));
    const v1 = b.add(b.mul(v, 0.999), b.mul(b.square(g), 0.001));
    b.output('m', m1);
    b.output('v', v1);
    b.output('theta', b.sub(theta, b.div(b.mul(rate, m1), b.add(b.sqrt(v1), 1e-8))));
    const { kernels } = fuse(b.build());
    expect(kernels).toHaveLength(1);
    expect(kernels[0].outputs).toHaveLength(3);
    expect(kernels[0].inputs).toHaveLength(5);
  });

  it('leaves sources alone and drops dead nodes', () => {
    const b = createBuilder('sources');
    const x = b.input('x', [2]);
    b.exp(x);
    b.output('x', x);
    expect(fuse(b.build()).kernels).toEqual([]);
  });

  it('refuses derivative annotations and limits without room', () => {
    const b = createBuilder('refused');
    const x = b.input('x', [2]);
    b.output('y', b.stopGradient(x));
    expect(() => fuse(b.build())).toThrow(expect.objectContaining({ code: 'VARDROP_PROGRAM' }));
    expect(() => fuse(b.build(), { inputs: 3, outputs: 1 })).toThrow(
      expect.objectContaining({ code: 'VARDROP_LIMITS' }),
    );
    expect(() => fuse(b.build(), { inputs: 4, outputs: 0 })).toThrow(
      expect.objectContaining({ code: 'VARDROP_LIMITS' }),
    );
  });
});
