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
  switch (op) {
    case 'conv2d':
      return second.slice(0, 3);
    case 'conv2dInputGradient':
      return [first[0], first[1], first[3]];
    default:
      return second.slice(0, 3);
  }
}

/** Sums of a convolution or of one of its gradients, over the windows that touch this thread's element. */
export function printConvolution(
  writer: Writer,
  nodes: readonly BoundNode[],
  node: BoundNode,
  coordinates: readonly string[],
  count: number,
  parts: Parts,
  products: Products,
): string[] {
  const [first, second] = node.operands.map((id) => nodes[id].shape);
  const { shape } = node;
  const sums = declareSums(writer, count);
  const lengths = convolutionLoops(nodes, node);
  const turns = (loop: 0 | 1 | 2, body: (i: string) => void) => repeatPart(writer, parts, loop, lengths[loop], body);
  const when = (condition: string, body: () => void) => {
    writer.line(`if (${condition}) {`);
    body();
    writer.line('}');
  };
  // A sum of its own for each position of the window keeps rounding errors small.
  const addProducts = (at: (i: string) => readonly [string, string]) => {
    const own = declareSums(writer, count);
    turns(2, (i) => addToSums(writer, own, products(...at(i))));
    addToSums(writer, sums, own);
  };

  switch (node.op) {
    case 'conv2d': {
      const [, height, width] = first;
      const [b, oh, ow, o] = coordinates;
      turns(0, (kh) => {
        const h = writer.define(image(writer, oh, node.strides[0], kh, node.padding[0]));
        when(inside(writer, h, height), () => {
          turns(1, (kw) => {
            const w = writer.define(image(writer, ow, node.strides[1], kw, node.padding[2]));
            when(inside(writer, w, width), () => {
              addProducts((i) => [indexAt([b, h, w, i], stridesOf(first)), indexAt([kh, kw, i, o], stridesOf(second))]);
            });
          });
        });
      });
      return sums;
    }
    case 'conv2dInputGradient': {
      const [, outHeight, outWidth] = second;
      const [b, h, w, i] = coordinates;
      turns(0, (kh) => {
        const oh = printWindowPosition(writer, h, kh, node.padding[0], node.strides[0]);
        when(oh.valid(outHeight), () => {
          turns(1, (kw) => {
            const ow = printWindowPosition(writer, w, kw, node.padding[2], node.strides[1]);
            when(ow.valid(outWidth), () => {
              addProducts((o) => [
                indexAt([kh, kw, i, o], stridesOf(first)),
                indexAt([b, oh.position, ow.position, o], stridesOf(second)),
              ]);
            });
          });
        });
      });
      return sums;
    }
    case 'conv2dFilterGradient': {
      const [, height, width] = first;
      const [kh, kw, i, o] = coordinates;
      turns(0, (b) => {
        turns(1, (oh) => {
          const h = writer.define(image(writer, oh, node.strides[0], kh, node.padding[0]));
          when(inside(writer, h, height), () => {
            const own = declareSums(writer, count);
            turns(2, (ow) => {
              const w = writer.define(image(writer, ow, node.strides[1], kw, node.padding[2]));
              when(inside(writer, w, width), () => {
                addToSums(
                  writer,
                  own,
                  products(indexAt([b, h, w, i], stridesOf(first)), indexAt([b, oh, ow, o], stridesOf(second))),
                );
              });
            });
            addToSums(writer, sums, own);
          });
        });
      });
      return sums;
    }
    default:
      throw new VardropError(
        'VARDROP_PROGRAM',
        `[gpujs] ${node.label ?? node.op}: got ${node.op} ${shape}, needs a contraction.`,
      );
  }
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
