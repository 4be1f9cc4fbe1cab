import { boundShape, isBoundShape, type NodeOf, type Shape } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';

/** A sum or maximum over axes. */
export function reduce({ op, axes, keepAxes }: NodeOf<'reduceSum' | 'reduceMax'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name, style } = emission;
  if (axes.length === 0) return graph.node('Identity', operands, name);
  const keepdims = Number(keepAxes);
  const [rows] = shapes.operands[0];
  const ofRows =
    op === 'reduceSum' && keepAxes && shapes.operands[0].length === 2 && axes.length === 1 && axes[0] === 0;
  if (style?.sumsAsProducts && ofRows && typeof rows === 'number') {
    const ones = graph.constant(new Float32Array(rows).fill(1), [1, rows], `ones [${rows}]`);
    return graph.node('MatMul', [ones, operands[0]], name);
  }
  if (op === 'reduceSum') return graph.node('ReduceSum', [operands[0], graph.integers(axes)], name, { keepdims });
  return graph.opset < 18
    ? graph.node('ReduceMax', operands, name, { keepdims, axes })
    : graph.node('ReduceMax', [operands[0], graph.integers(axes)], name, { keepdims });
}

/** The same elements in another shape. */
export function reshape(graph: GraphBuilder, value: ValueName, shape: Shape, name: string): ValueName {
  // A length of −1 is found from the others; validated programs have one symbolic axis at most.
  return graph.node('Reshape', [value, graph.integers(shape.map((n) => (n === 'batch' ? -1 : n)))], name);
}

/** Axes in another order. */
export function transpose({ permutation }: NodeOf<'transpose'>, { graph, operands, name }: Emission): ValueName {
  return graph.node('Transpose', operands, name, { perm: permutation });
}

/** Broadcasting to the node's shape. */
export function broadcast({ graph, operands, shapes, name, batchLength }: Emission): ValueName {
  return graph.node('Expand', [operands[0], shapeValue(graph, shapes.out, name, batchLength)], name);
}

/** A number repeated over a shape, or the values of a fixed one. */
export function constant({ value }: NodeOf<'constant'>, emission: Emission): ValueName {
  const { graph, shapes, name, batchLength } = emission;
  if (typeof value !== 'number') return graph.constant(value, boundShape(shapes.out), name);
  if (shapes.out.every((n) => n === 1)) return graph.constant([value], boundShape(shapes.out));
  return graph.node('Expand', [graph.constant([value], []), shapeValue(graph, shapes.out, name, batchLength)], name);
}

/** A shape as a list of int64. */
function shapeValue(graph: GraphBuilder, shape: Shape, name: string, batchLength: () => ValueName): ValueName {
  if (isBoundShape(shape)) return graph.integers(shape);
  const parts = shape.map((n) => (n === 'batch' ? batchLength() : graph.integers([n])));
  return graph.node('Concat', parts, `${name}/shape`, { axis: 0 });
}
