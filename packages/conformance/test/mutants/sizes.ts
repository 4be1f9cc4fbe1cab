import type { Backend } from '@vardrop/core';
import {
  type BoundProgram,
  type Builder,
  elementCount,
  type NodeOf,
  type Op,
  type ProgramNode,
  rewrite,
  type Shape,
  type Value,
} from '@vardrop/core/program';
import { createReferenceBackend, exactFunctions } from '@vardrop/core/reference';
import { breaking, type Mutant } from './mutant.js';

/** Shapes of a node's operands, and its own. */
interface Shapes {
  readonly operands: readonly (readonly number[])[];
  readonly out: readonly number[];
}

/** An operation whose last element is lost where it is large in some way. */
function beyond<K extends Op>(
  op: K,
  defect: string,
  isLarge: (shapes: Shapes, node: NodeOf<K>) => boolean,
  ...properties: readonly string[]
): Mutant {
  const create = breaking(op, (b, node, operands) => {
    const shapes = { operands: operands.map(({ shape }) => shape as number[]), out: node.shape as number[] };
    return isLarge(shapes, node) ? withoutLast(b, b.copy(node as ProgramNode, operands)) : undefined;
  });
  return { subject: op, defect: `loses its last element ${defect}`, law: 'sizes', properties, create };
}

/** An operation whose sums end after 65,535 terms, about so: as a shader's loop may. */
function dropping<K extends Op>(op: K, property: string, termsOf: (shapes: Shapes, node: NodeOf<K>) => number): Mutant {
  const create = breaking(op, (b, node, operands) => {
    const shapes = { operands: operands.map(({ shape }) => shape as number[]), out: node.shape as number[] };
    const part = Math.min(1, 65_535 / termsOf(shapes, node));
    return part < 1 ? b.mul(b.copy(node as ProgramNode, operands), part) : undefined;
  });
  return { subject: op, defect: 'drops what is beyond 65,535 terms', law: 'sizes', properties: [property], create };
}

/** The value one off in its last element. */
function withoutLast(b: Builder, x: Value): Value {
  const shape = x.shape as number[];
  const last = elementCount(shape) - 1;
  const mask = b.constant(
    Array.from({ length: last + 1 }, (_, i) => (i === last ? 1 : 0)),
    shape,
  );
  return b.add(x, mask);
}

const terms = (x: Shape, axes: readonly number[]) => axes.reduce((product, axis) => product * (x[axis] as number), 1);
const many = ({ out }: Shapes) => elementCount(out) > 65_536;

/** Operations that are wrong beyond a size that small cases never reach. */
const sizedMutants: readonly Mutant[] = [
  beyond(
    'matmul',
    'beyond 256 terms',
    ({ operands: [x] }, n) => (x.at(n.transposeA ? -2 : -1) ?? 0) > 256,
    'matmul: terms',
  ),
  beyond('matmul', 'beyond 128 rows', ({ out }) => (out.at(-2) ?? 0) > 128, 'matmul: rows'),
  beyond('matmul', 'beyond 1024 columns', ({ out }) => (out.at(-1) ?? 0) > 1024, 'matmul: columns'),
  beyond('matmul', 'beyond 64 matrices', ({ out }) => elementCount(out.slice(0, -2)) > 64, 'matmul: stack'),
  beyond(
    'matmul',
    'where all lengths are beyond 32',
    ({ out, operands: [x] }) => Math.min(...out, ...x) > 32,
    'matmul: all',
  ),
  beyond(
    'matmul',
    'where the left operand is transposed and long',
    ({ operands: [x] }, { transposeA }) => transposeA && x[0] > 1024,
    'matmul: terms',
  ),
  beyond('conv2d', 'beyond 4 channels', ({ operands: [x] }) => x[3] > 5, 'conv2d: channels'),
  beyond('conv2d', 'beyond 32 filters', ({ out }) => out[3] > 32, 'conv2d: filters'),
  beyond('conv2d', 'where windows are beyond 5 × 5', ({ operands: [, w] }) => w[0] > 5, 'conv2d: window'),
  beyond('conv2d', 'beyond 32 images', ({ out }) => out[0] > 32, 'conv2d: images'),
  beyond('conv2dInputGradient', 'beyond 16 channels', ({ out }) => out[3] > 16, 'conv2d: channels'),
  beyond('conv2dFilterGradient', 'beyond 64 images', ({ operands: [x] }) => x[0] > 64, 'conv2d: images'),
  beyond('conv2dFilterGradient', 'beyond 32 columns', ({ operands: [x] }) => x[2] > 32, 'conv2d: width'),
  beyond('maxPool2d', 'where windows are beyond 4 × 4', (_, { size }) => size[1] > 4, 'maximum pooling: window'),
  beyond('maxPool2dGradient', 'beyond 32 channels', ({ out }) => out[3] > 32, 'maximum pooling: channels'),
  beyond('averagePool2d', 'beyond 64 rows', ({ operands: [x] }) => x[1] > 64, 'average pooling: height'),
  beyond('averagePool2dGradient', 'beyond 16 channels', ({ out }) => out[3] > 16, 'average pooling: channels'),
  beyond('transpose', 'beyond 16 × 16', ({ out }) => out.filter((n) => n > 16).length > 1, 'movement'),
  beyond('reshape', 'beyond 4096 elements', ({ out }) => elementCount(out) > 4096, 'movement'),
  beyond('broadcast', 'beyond 1024 columns', ({ out }) => (out.at(-1) ?? 0) > 1024, 'movement'),
  beyond('gather', 'beyond 4096 rows', ({ operands: [x] }) => x[0] > 4096, 'gather: rows'),
  beyond('gather', 'beyond 1024 numbers', ({ operands: [, n] }) => elementCount(n) > 1024, 'gather: numbers'),
  beyond('gather', 'beyond rows of 256', ({ operands: [x] }) => x[1] > 256, 'gather: row length'),
  beyond('gatherGradient', 'beyond 65,536 numbers', ({ operands: [n] }) => elementCount(n) > 65_536, 'gather: numbers'),
  beyond('gatherGradient', 'beyond 1024 rows', ({ out }) => out[0] > 1024, 'gather: rows'),
  ...(['concatenate', 'slice', 'pad'] as const).map((op) =>
    beyond(op, 'beyond 65,536 elements', many, 'concatenate, slice and pad'),
  ),
  ...(['conv2d', 'conv2dInputGradient', 'conv2dFilterGradient'] as const).map((op) =>
    beyond(op, 'beyond 32 groups', (_, { groups }) => groups > 32, 'conv2d: groups'),
  ),
  beyond(
    'conv2d',
    'where windows of 5 × 5 and more have gaps',
    ({ operands: [, w] }, { dilations }) => w[1] > 4 && dilations[1] > 1,
    'conv2d: window',
  ),
  beyond('reduceMax', 'beyond 1024 elements', ({ operands: [x] }, { axes }) => terms(x, axes) > 1024, 'reductions'),
  beyond('reduceSum', 'beyond 10,000 terms', ({ operands: [x] }, { axes }) => terms(x, axes) > 10_000, 'reductions'),
  ...(['neg', 'abs', 'add', 'sub', 'mul', 'max', 'min', 'selectGreater', 'floor', 'round'] as const).map((op) =>
    beyond(op, 'beyond 65,536 elements', many, 'elementwise'),
  ),
  ...(['exp', 'log', 'sigmoid', 'softplus', 'tanh', 'cos', 'erf', 'sqrt', 'div'] as const).map((op) =>
    beyond(op, 'beyond 65,536 elements', many, 'functions'),
  ),
  beyond('noise', 'beyond 65,536 elements', many, 'noise'),
  dropping('matmul', 'long sums: products', ({ operands: [x] }, { transposeA }) => x[x.length - (transposeA ? 2 : 1)]),
  dropping('conv2dFilterGradient', 'long sums: conv2dFilterGradient', ({ operands: [, dy] }) => terms(dy, [0, 1, 2])),
  dropping('averagePool2d', 'long sums: averages, terms that vary', (_, { size }) => size[0] * size[1]),
];

/** The reference, whose sums over everything are added up in float32, one term after the other, in so many lanes. */
function sequential(lanes: number): () => Backend {
  return () => {
    const sums = new Float32Array(lanes);
    let at = 0;
    /** Adds a term, in the order of elements, and returns the sum so far. */
    const add = (x: number) => {
      sums[at % lanes] += x;
      at++;
      return sums.reduce((total, sum) => Math.fround(total + sum), 0);
    };
    const backend = createReferenceBackend({ functions: { ...exactFunctions, dawson: add } });
    const compile = (program: BoundProgram) => backend.compile(program);
    return {
      ...backend,
      compile: (program) =>
        compile(
          rewrite(program, (b, node, [x]) => {
            if (node.op !== 'reduceSum' || node.shape.length > 0) return undefined;
            const flat = b.reshape(x, [elementCount(x.shape)]);
            const partial = b.special('dawson', flat);
            const last = Array.from({ length: elementCount(x.shape) }, (_, i) =>
              i === elementCount(x.shape) - 1 ? 1 : 0,
            );
            return b.reduceSum(b.mul(partial, b.constant(last, flat.shape)));
          }),
        ),
    };
  };
}

/** Long sums that lose digits. */
const longSumMutants: readonly Mutant[] = [1, 4].map((lanes) => ({
  subject: 'reduceSum',
  defect: `adds up in float32 from the first term to the last, ${lanes} at a time`,
  law: 'sizes',
  properties: ['long sums: all of a row, equal terms'],
  create: sequential(lanes),
}));

export const sizeMutants: readonly Mutant[] = [...sizedMutants, ...longSumMutants];
