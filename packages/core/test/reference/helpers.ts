import type { Operation, ProgramNode, Shape } from '../../src/program/index.js';
import { inferShape } from '../../src/program/index.js';
import { evaluateNode, type Sources } from '../../src/reference/index.js';

/** A small generator of numbers with a fixed seed (mulberry32), in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function count(shape: Shape): number {
  return shape.reduce<number>((product, n) => product * (n as number), 1);
}

/** Float32 values in [−1, 1) for a shape. */
export function randomValues(shape: Shape, random: () => number): Float64Array {
  return Float64Array.from({ length: count(shape) }, () => Math.fround(2 * random() - 1));
}

/** A node of its own, with its shape inferred. */
export function nodeOf(operation: Operation, operandShapes: readonly Shape[], declared: Shape = []): ProgramNode {
  return {
    ...operation,
    operands: operandShapes.map((_, i) => i),
    shape: inferShape(operation, operandShapes, declared),
  };
}

/** Value of one operation on given operands. */
export function evaluateOperation(
  operation: Operation,
  operands: readonly ArrayLike<number>[],
  shapes: readonly Shape[],
  declared: Shape = [],
  sources: Sources = {},
): Float64Array {
  const arrays = operands.map((values) => Float64Array.from(values));
  return evaluateNode(nodeOf(operation, shapes, declared), arrays, shapes, sources);
}

/** Every index of a shape, in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, n) => all.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  );
}

/** Element of row-major `values` at an index; leading axes that are missing and axes of length 1 broadcast. */
export function at(values: ArrayLike<number>, shape: readonly number[], index: readonly number[]): number {
  const own = index.slice(index.length - shape.length).map((i, axis) => (shape[axis] === 1 ? 0 : i));
  return values[own.reduce((place, i, axis) => place * shape[axis] + i, 0)];
}

/** Inner product. */
export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i], 0);
}

/** Largest distance between two arrays of the same length. */
export function distance(a: Float64Array, b: Float64Array): number {
  return a.length === b.length ? a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0) : Number.NaN;
}
