import { VardropError } from '@vardrop/core';
import type { BoundNode, NodeOf } from '@vardrop/core/program';
import { type Parts, repeatPart } from './parts.js';
import type { Products } from './products.js';
import { addToSums, declareSums } from './sums.js';
import { indexAt, stridesOf } from './threads.js';
import { printWindowPosition } from './windows.js';
import type { Writer } from './writer.js';

/** Turns of the three loops of a convolution or of one of its gradients, outermost first. */
export function convolutionLoops(nodes: readonly BoundNode[], { op, operands }: BoundNode): readonly number[] {
  const [first, second] = operands.map((id) => nodes[id].shape);
  return op === 'conv2dInputGradient' ? [first[0], first[1], first[3]] : second.slice(0, 3);
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
  const loops: Loops = {
    writer,
    coordinates,
    shapes: [first, second],
    repeat: (loop, body) => repeatPart(writer, parts, loop, lengths[loop], body),
    when(condition, body) {
      writer.line(`if (${condition}) {`);
      body();
      writer.line('}');
    },
    // A sum of its own for each position of the window, or for each row of windows, keeps rounding errors small.
    sumUp(body) {
      const own = declareSums(writer, count);
      body((a, b) => addToSums(writer, own, products(indexAt(a, stridesOf(first)), indexAt(b, stridesOf(second)))));
      addToSums(writer, sums, own);
    },
  };
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
  /** Prints a partial sum: `body` calls `add` with the coordinates of the two factors in their operands. */
  sumUp(body: (add: (a: readonly string[], b: readonly string[]) => void) => void): void;
}

function printForward(loops: Loops, { strides, padding }: NodeOf<'conv2d'>): void {
  const { writer, coordinates, shapes, repeat, when, sumUp } = loops;
  const [, height, width] = shapes[0];
  const [b, oh, ow, o] = coordinates;
  repeat(0, (kh) => {
    const h = writer.define(image(writer, oh, strides[0], kh, padding[0]));
    when(inside(writer, h, height), () => {
      repeat(1, (kw) => {
        const w = writer.define(image(writer, ow, strides[1], kw, padding[2]));
        when(inside(writer, w, width), () => {
          sumUp((add) => repeat(2, (i) => add([b, h, w, i], [kh, kw, i, o])));
        });
      });
    });
  });
}

function printInputGradient(loops: Loops, { strides, padding }: NodeOf<'conv2dInputGradient'>): void {
  const { writer, coordinates, shapes, repeat, when, sumUp } = loops;
  const [, outHeight, outWidth] = shapes[1];
  const [b, h, w, i] = coordinates;
  repeat(0, (kh) => {
    const oh = printWindowPosition(writer, h, kh, padding[0], strides[0]);
    when(oh.valid(outHeight), () => {
      repeat(1, (kw) => {
        const ow = printWindowPosition(writer, w, kw, padding[2], strides[1]);
        when(ow.valid(outWidth), () => {
          sumUp((add) => repeat(2, (o) => add([kh, kw, i, o], [b, oh.position, ow.position, o])));
        });
      });
    });
  });
}

function printFilterGradient(loops: Loops, { strides, padding }: NodeOf<'conv2dFilterGradient'>): void {
  const { writer, coordinates, shapes, repeat, when, sumUp } = loops;
  const [, height, width] = shapes[0];
  const [kh, kw, i, o] = coordinates;
  repeat(0, (b) => {
    repeat(1, (oh) => {
      const h = writer.define(image(writer, oh, strides[0], kh, padding[0]));
      when(inside(writer, h, height), () => {
        sumUp((add) =>
          repeat(2, (ow) => {
            const w = writer.define(image(writer, ow, strides[1], kw, padding[2]));
            when(inside(writer, w, width), () => add([b, h, w, i], [b, oh, ow, o]));
          }),
        );
      });
    });
  });
}

/** The row or column of an image under a place of a window. */
const image = (
  writer: Writer,
  out: string,
  stride: NodeOf<'conv2d'>['strides'][number],
  offset: string,
  padding: number,
) => `${writer.number(stride)} * ${out} + ${offset} - ${writer.number(padding)}`;

const inside = (writer: Writer, at: string, length: number) =>
  `${at} >= ${writer.number(0)} && ${at} < ${writer.number(length)}`;
