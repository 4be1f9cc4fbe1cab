import type { Builder, ConvolutionOptions, NodeOf, Shape, Value } from '@vardrop/core/program';
import { breaking, type Mutant } from './mutant.js';

type Convolving = 'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient';
type Node = NodeOf<Convolving>;

const convolutionOps: readonly Convolving[] = ['conv2d', 'conv2dInputGradient', 'conv2dFilterGradient'];

/** A convolution or one of its gradients, in each of the three. */
const each = (defect: string, wrong: (b: Builder, node: Node, operands: readonly Value[]) => Value | undefined) =>
  convolutionOps.map(
    (op): Mutant => ({
      subject: op,
      defect,
      law: 'primitives',
      properties: [op],
      create: breaking<Convolving>(op, wrong),
    }),
  );

/** Shape of the filter of a convolution or of one of its gradients. */
function filterOf(node: Node, [first, second]: readonly Value[]): Shape {
  if (node.op === 'conv2dFilterGradient') return node.shape;
  return node.op === 'conv2d' ? second.shape : first.shape;
}

/** The same node with another window, its padding cut so that it gives the same shapes; undefined where that cannot be. */
function within(b: Builder, node: Node, operands: readonly Value[], options: ConvolutionOptions): Value | undefined {
  const filter = filterOf(node, operands);
  const { strides, dilations } = { ...node, ...options };
  const padding = [...node.padding];
  for (const axis of [0, 1]) {
    const reach = (n: readonly number[]) => ((filter[axis] as number) - 1) * n[axis] + 1;
    padding[2 * axis + 1] -= reach(node.dilations) - reach(dilations);
  }
  const [top, bottom, left, right] = padding;
  try {
    return b.copy({ ...node, strides, dilations, padding: [top, bottom, left, right] }, operands);
  } catch {
    // No such window lies on the image.
    return undefined;
  }
}

/** The last axis taken in turn: what was `[groups, n]` as `[n, groups]`. */
function inTurn(b: Builder, x: Value, groups: number, n: number): Value {
  const leading = x.shape.slice(0, -1);
  const rank = leading.length;
  const apart = b.reshape(x, [...leading, groups, n]);
  return b.reshape(b.transpose(apart, [...leading.keys(), rank + 1, rank]), x.shape);
}

/** Convolutions that forget or confuse what contract 2 gave them. */
export const convolutionMutants: readonly Mutant[] = [
  ...each('neighbouring cells read neighbouring pixels', (b, node, operands) =>
    node.dilations.every((n) => n === 1) ? undefined : within(b, node, operands, { dilations: [1, 1] }),
  ),
  ...each('distances of rows and columns mixed up', (b, node, operands) => {
    const [down, across] = node.dilations;
    return down === across ? undefined : within(b, node, operands, { dilations: [across, down] });
  }),
  ...each('channels of the result belong to groups in turn', (b, node, operands) => {
    const { groups } = node;
    if (groups === 1) return undefined;
    const out = (filterOf(node, operands)[3] as number) / groups;
    // The last axis of the filter and of the result are channels of the result.
    const [first, second] = operands;
    const there = (x: Value) => inTurn(b, x, out, groups);
    const back = (x: Value) => inTurn(b, x, groups, out);
    if (node.op === 'conv2d') return back(b.copy(node, [first, there(second)]));
    if (node.op === 'conv2dInputGradient') return b.copy(node, [there(first), there(second)]);
    return back(b.copy(node, [first, there(second)]));
  }),
  ...each('channels of the image belong to groups in turn', (b, node, operands) => {
    const { groups } = node;
    if (groups === 1) return undefined;
    const perGroup = filterOf(node, operands)[2] as number;
    const [first, second] = operands;
    if (node.op === 'conv2dInputGradient') return inTurn(b, b.copy(node, operands), groups, perGroup);
    return b.copy(node, [inTurn(b, first, perGroup, groups), second]);
  }),
  {
    subject: 'conv2d',
    defect: 'all groups read the first one',
    law: 'primitives',
    properties: ['conv2d'],
    create: breaking('conv2d', (b, node, [x, w]) => {
      const first = b.slice(x, [undefined, undefined, undefined, { end: w.shape[2] as number }]);
      return b.copy(node, [b.concatenate(new Array<Value>(node.groups).fill(first), 3), w]);
    }),
  },
  {
    subject: 'conv2d',
    defect: 'depthwise with one filter a channel only',
    law: 'primitives',
    properties: ['conv2d'],
    create: breaking('conv2d', (b, node, [x, w]) => {
      const [, , perGroup, filters] = w.shape as number[];
      if (perGroup > 1 || filters === node.groups || node.groups === 1) return undefined;
      const single = b.slice(w, [undefined, undefined, undefined, { step: filters / node.groups }]);
      const repeated = b.reshape(single, [...single.shape, 1]);
      const spread = b.broadcast(repeated, [...single.shape, filters / node.groups]);
      return b.copy(node, [x, b.reshape(spread, w.shape)]);
    }),
  },
];
