import { VardropError } from '@vardrop/core';
import type { BoundNode, BoundShape, NodeOf } from '@vardrop/core/program';
import { type Parts, repeatPart } from './parts.js';
import { printGroup, printShortWindow } from './printShortWindow.js';
import type { Products } from './products.js';
import { addToSums, declareSums } from './sums.js';
import { indexAt, stridesOf } from './threads.js';
import { printWindowPosition } from './windows.js';
import type { Writer } from './writer.js';

/** Turns of the three loops of a convolution or of one of its gradients, outermost first. */
export function convolutionLoops(nodes: readonly BoundNode[], node: BoundNode): readonly number[] {
  const [first, second] = node.operands.map((id) => nodes[id].shape);
  return node.op === 'conv2dInputGradient' ? [first[0], first[1], first[3] / node.groups] : second.slice(0, 3);
}

/** Prints sums of a convolution or of one of its gradients, over the windows that touch this thread's element. */
export function printConvolution(
  writer: Writer,
  nodes: readonly BoundNode[],
  node: BoundNode,
  coordinates: readonly string[],
  count: number,
  parts: Parts,
  products: Products,
): string[] {
  const lengths = convolutionLoops(nodes, node);
  const sums = declareSums(writer, count);
  const [first, second] = node.operands.map((id) => nodes[id].shape);
  const alone = lengths[2] === 1;
  const loops: Loops = {
    writer,
    coordinates,
    shapes: [first, second],
    repeat: (loop, body) => {
      if (loop === 2 && alone) body('0');
      else repeatPart(writer, parts, loop, lengths[loop], body);
    },
    when(condition, body) {
      writer.line(`if (${condition}) {`);
      body();
      writer.line('}');
    },
    // A sum of its own for each position of the window, or for each row of windows, keeps rounding errors small.
    sumUp(size, body) {
      const own = alone ? sums : declareSums(writer, count);
      const index = (shape: readonly number[], at: readonly string[]) =>
        indexAt(at, [...stridesOf(shape).slice(0, 3), size, 1]);
      body((a, b) => addToSums(writer, own, products(index(first, a), index(second, b))));
      if (!alone) addToSums(writer, sums, own);
    },
  };
  if (printShortWindow(writer, nodes, node, coordinates, sums, products)) return sums;
  switch (node.op) {
    case 'conv2d':
      printForward(loops, node);
      return sums;
    case 'conv2dInputGradient':
      printInputGradient(loops, node);
      return sums;
    case 'conv2dFilterGradient':
      printFilterGradient(loops, node);
      return sums;
    default:
      throw new VardropError(
        'VARDROP_PROGRAM',
        `[gpujs] ${node.label ?? node.op}: got ${node.op} [${node.shape}], needs a contraction.`,
      );
  }
}

/** Prints a convolution's loops. */
interface Loops {
  readonly writer: Writer;
  /** This thread's element of the result. */
  readonly coordinates: readonly string[];
  /** Shapes of the two operands. */
  readonly shapes: readonly [readonly number[], readonly number[]];
  /** Prints this thread's part of a loop. */
  repeat(loop: 0 | 1 | 2, body: (i: string) => void): void;
  when(condition: string, body: () => void): void;
  /**
   * Prints a partial sum: `body` calls `add` with the coordinates of the two factors in their operands, of which the last
   * two are the channel's group, of `size` channels, and its place in there.
   */
  sumUp(size: number, body: (add: (a: readonly string[], b: readonly string[]) => void) => void): void;
}

function printForward(loops: Loops, node: NodeOf<'conv2d'>): void {
  const { writer, coordinates, shapes, repeat, when, sumUp } = loops;
  const [, height, width] = shapes[0];
  const [, , perGroup, out] = shapes[1];
  const [b, oh, ow, o] = coordinates;
  const group = printGroup(writer, o, node.groups, out / node.groups);
  repeat(0, (kh) => {
    const h = writer.define(image(writer, node, 0, oh, kh));
    when(inside(writer, h, height), () => {
      repeat(1, (kw) => {
        const w = writer.define(image(writer, node, 1, ow, kw));
        when(inside(writer, w, width), () => {
          sumUp(perGroup, (add) => repeat(2, (i) => add([b, h, w, group, i], [kh, kw, i, '0', o])));
        });
      });
    });
  });
}

function printInputGradient(loops: Loops, node: NodeOf<'conv2dInputGradient'>): void {
  const { writer, coordinates, shapes, repeat, when, sumUp } = loops;
  const { groups, padding, strides } = node;
  const [, , perGroup, out] = shapes[0];
  const [, outHeight, outWidth] = shapes[1];
  const [b, h, w, channel] = coordinates;
  const group = printGroup(writer, channel, groups, perGroup);
  const i =
    groups === 1 ? channel : perGroup === 1 ? '0' : writer.define(`${channel} - ${group} * ${writer.number(perGroup)}`);
  repeat(0, (kh) => {
    const oh = printWindowPosition(writer, h, dilated(writer, node, 0, kh), padding[0], strides[0]);
    when(oh.valid(outHeight), () => {
      repeat(1, (kw) => {
        const ow = printWindowPosition(writer, w, dilated(writer, node, 1, kw), padding[2], strides[1]);
        when(ow.valid(outWidth), () => {
          sumUp(out / groups, (add) =>
            repeat(2, (o) => add([kh, kw, i, group, o], [b, oh.position, ow.position, group, o])),
          );
        });
      });
    });
  });
}

function printFilterGradient(loops: Loops, node: NodeOf<'conv2dFilterGradient', BoundShape>): void {
  const { writer, coordinates, shapes, repeat, when, sumUp } = loops;
  const [, height, width] = shapes[0];
  const [, , perGroup, out] = node.shape;
  const [kh, kw, i, o] = coordinates;
  const group = printGroup(writer, o, node.groups, out / node.groups);
  repeat(0, (b) => {
    repeat(1, (oh) => {
      const h = writer.define(image(writer, node, 0, oh, kh));
      when(inside(writer, h, height), () => {
        sumUp(perGroup, (add) =>
          repeat(2, (ow) => {
            const w = writer.define(image(writer, node, 1, ow, kw));
            when(inside(writer, w, width), () => add([b, h, w, group, i], [b, oh, ow, '0', o]));
          }),
        );
      });
    });
  });
}

type Convolution = NodeOf<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'>;

/** The row (axis 0) or column (1) of an image under a cell of a filter. */
const image = (writer: Writer, node: Convolution, axis: 0 | 1, out: string, cell: string) =>
  `${writer.number(node.strides[axis])} * ${out} + ${dilated(writer, node, axis, cell)} - ${writer.number(node.padding[2 * axis])}`;

/** How far from the corner of a window a cell of its filter reads. */
const dilated = (writer: Writer, { dilations }: Convolution, axis: 0 | 1, cell: string) =>
  dilations[axis] === 1 ? cell : `${writer.number(dilations[axis])} * ${cell}`;

const inside = (writer: Writer, at: string, length: number) =>
  `${at} >= ${writer.number(0)} && ${at} < ${writer.number(length)}`;
