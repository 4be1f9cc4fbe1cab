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
  // The runtime infers a length of −1 from the others; validated programs have at most one symbolic axis.
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

/** Values one behind the other. */
export function concatenate({ axis }: NodeOf<'concatenate'>, { graph, operands, name }: Emission): ValueName {
  return operands.length > 1 ? graph.node('Concat', operands, name, { axis }) : graph.node('Identity', operands, name);
}

/** Every so many elements along the axes that are not taken whole. */
export function slice({ starts, steps }: NodeOf<'slice'>, emission: Emission): ValueName {
  const { graph, operands, shapes, name, style } = emission;
  const [lengths] = shapes.operands;
  const cut = lengths.flatMap((length, axis) => (length === shapes.out[axis] && steps[axis] === 1 ? [] : [axis]));
  // On GPUs the runtime's Slice takes other elements where it goes backwards and does not take the whole axis.
  const backwards = style?.onGpu ? cut.filter((axis) => steps[axis] < 0) : [];
  const axes = cut.filter((axis) => !backwards.includes(axis));
  const value = backwards.reduce((x, axis) => {
    const taken = Array.from({ length: shapes.out[axis] as number }, (_, j) => starts[axis] + j * steps[axis]);
    return graph.node('Gather', [x, graph.integers(taken)], `${name}/backwards`, { axis });
  }, operands[0]);
  if (axes.length === 0) return graph.node('Identity', [value], name);
  const ends = axes.map((axis) => {
    const end = starts[axis] + (shapes.out[axis] as number) * steps[axis];
    // A negative end counts from the back: the place before the first element is one further.
    return end < 0 ? end - (lengths[axis] as number) : end;
  });
  const ranges = [axes.map((axis) => starts[axis]), ends, axes, axes.map((axis) => steps[axis])];
  return graph.node('Slice', [value, ...ranges.map(graph.integers)], name);
}

/** A number around the elements and between them. */
export function pad(node: NodeOf<'pad'>, { graph, operands, shapes, name }: Emission): ValueName {
  const { value, before, after, interior } = node;
  // The runtime's Pad refuses scalars.
  if (shapes.out.length === 0) return graph.node('Identity', operands, name);
  return padBetween(graph, operands[0], shapes.operands[0], { value, before, after, interior }, name);
}

/** Numbers that go around and between the elements of each axis. */
type PadAmounts = Pick<NodeOf<'pad'>, 'value' | 'before' | 'after' | 'interior'>;

/** A number around the elements of a value of a shape, and between them. Negative counts around it cut off. */
export function padBetween(
  graph: GraphBuilder,
  x: ValueName,
  shape: Shape,
  { value, before, after, interior }: PadAmounts,
  name: string,
): ValueName {
  const stretched = interior.map((count, axis) => count > 0 && shape[axis] !== 1);
  if (!stretched.includes(true)) return addAround(graph, x, before, after, value, name);
  // Each element gets an axis of its own, along which the numbers go behind it; those behind the last one are cut off.
  const cells = shape.flatMap((length, axis) => (stretched[axis] ? [length, 1] : [length]));
  const behind = interior.flatMap((count, axis) => (stretched[axis] ? [0, count] : [0]));
  const none = Array<number>(cells.length).fill(0);
  const filled = addAround(graph, reshape(graph, x, cells, `${name}/cells`), none, behind, value, `${name}/between`);
  const lengths = shape.map((length, axis) => (stretched[axis] ? (length as number) * (interior[axis] + 1) : length));
  const ends = after.map((count, axis) => (stretched[axis] ? count - interior[axis] : count));
  return addAround(graph, reshape(graph, filled, lengths, `${name}/joined`), before, ends, value, name);
}

/** A number before and behind the elements of each axis; negative counts cut off. */
export function addAround(
  graph: GraphBuilder,
  x: ValueName,
  before: readonly number[],
  after: readonly number[],
  value: number,
  name: string,
): ValueName {
  return graph.node('Pad', [x, graph.integers([...before, ...after]), graph.constant([value], [])], name);
}

/** A number repeated over a shape, or given values of a fixed shape. */
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
