import { type Node, type NodeOf, VardropError } from '@vardrop/core';
import type { Products } from './printContraction.js';
import { indexAt, stridesOf } from './threads.js';
import { printWindowPosition } from './windows.js';
import type { Writer } from './writer.js';

/** Sums of a convolution or of one of its gradients, over the windows that touch this thread's element. */
export function printConvolution(
  writer: Writer,
  nodes: readonly Node[],
  node: Node,
  coordinates: readonly string[],
  count: number,
  products: Products,
): string[] {
  const [first, second] = node.operands.map((id) => nodes[id].shape as readonly number[]);
  const shape = node.shape as readonly number[];
  const sums = Array.from({ length: count }, () => writer.fresh('s'));
  for (const sum of sums) writer.line(`let ${sum} = ${writer.number(0)};`);
  const turns = (length: number, body: (i: string) => void) => {
    const i = writer.fresh('i');
    writer.line(`for (let ${i} = 0; ${i} < ${length}; ${i}++) {`);
    body(i);
    writer.line('}');
  };
  const when = (condition: string, body: () => void) => {
    writer.line(`if (${condition}) {`);
    body();
    writer.line('}');
  };
  // A sum of its own for each position of the window keeps rounding errors small.
  const addProducts = (length: number, at: (i: string) => readonly [string, string]) => {
    const parts = sums.map(() => writer.fresh('s'));
    for (const part of parts) writer.line(`let ${part} = ${writer.number(0)};`);
    turns(length, (i) => {
      products(...at(i)).forEach((term, each) => {
        writer.line(`${parts[each]} = ${parts[each]} + ${term};`);
      });
    });
    sums.forEach((sum, each) => {
      writer.line(`${sum} = ${sum} + ${parts[each]};`);
    });
  };

  switch (node.op) {
    case 'conv2d': {
      const [, height, width, channels] = first;
      const [b, oh, ow, o] = coordinates;
      turns(second[0], (kh) => {
        const h = writer.define(image(writer, oh, node.strides[0], kh, node.padding[0]));
        when(inside(writer, h, height), () => {
          turns(second[1], (kw) => {
            const w = writer.define(image(writer, ow, node.strides[1], kw, node.padding[2]));
            when(inside(writer, w, width), () => {
              addProducts(channels, (i) => [
                indexAt([b, h, w, i], stridesOf(first)),
                indexAt([kh, kw, i, o], stridesOf(second)),
              ]);
            });
          });
        });
      });
      return sums;
    }
    case 'conv2dInputGradient': {
      const [kernelHeight, kernelWidth] = first;
      const [, outHeight, outWidth, channels] = second;
      const [b, h, w, i] = coordinates;
      turns(kernelHeight, (kh) => {
        const oh = printWindowPosition(writer, h, kh, node.padding[0], node.strides[0]);
        when(oh.valid(outHeight), () => {
          turns(kernelWidth, (kw) => {
            const ow = printWindowPosition(writer, w, kw, node.padding[2], node.strides[1]);
            when(ow.valid(outWidth), () => {
              addProducts(channels, (o) => [
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
      const [batch, height, width] = first;
      const [, outHeight, outWidth] = second;
      const [kh, kw, i, o] = coordinates;
      turns(batch, (b) => {
        turns(outHeight, (oh) => {
          const h = writer.define(image(writer, oh, node.strides[0], kh, node.padding[0]));
          when(inside(writer, h, height), () => {
            const terms = sums.map(() => writer.fresh('s'));
            for (const term of terms) writer.line(`let ${term} = ${writer.number(0)};`);
            turns(outWidth, (ow) => {
              const w = writer.define(image(writer, ow, node.strides[1], kw, node.padding[2]));
              when(inside(writer, w, width), () => {
                products(indexAt([b, h, w, i], stridesOf(first)), indexAt([b, oh, ow, o], stridesOf(second))).forEach(
                  (term, each) => {
                    writer.line(`${terms[each]} = ${terms[each]} + ${term};`);
                  },
                );
              });
            });
            sums.forEach((sum, each) => {
              writer.line(`${sum} = ${sum} + ${terms[each]};`);
            });
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
