import { VardropError } from '@vardrop/core';
import type { NodeOf, ProgramNode } from '@vardrop/core/program';
import { type Parts, repeatPart } from './parts.js';
import { printShortWindow } from './printShortWindow.js';
import type { Products } from './products.js';
import { addToSums, declareSums } from './sums.js';
import { indexAt, stridesOf } from './threads.js';
import { printWindowPosition } from './windows.js';
import type { Writer } from './writer.js';

type Convolution = NodeOf<'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'>;

/** Turns of the three loops of a convolution or of one of its gradients, outermost first. */
export function convolutionLoops(nodes: readonly ProgramNode[], node: ProgramNode): readonly number[] {
  const [first, second] = node.operands.map((id) => nodes[id].shape as readonly number[]);
  switch (node.op) {
    case 'conv2dInputGradient':
      return [first[0], first[1], first[3] / node.groups];
    default:
      return second.slice(0, 3);
  }
}

/** Sums of a convolution or of one of its gradients, over the windows that touch this thread's element. */
export function printConvolution(
  writer: Writer,
  nodes: readonly ProgramNode[],
  node: ProgramNode,
  coordinates: readonly string[],
  count: number,
  parts: Parts,
  products: Products,
): string[] {
  const [first, second] = node.operands.map((id) => nodes[id].shape as readonly number[]);
  const shape = node.shape as readonly number[];
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
    if (lengths[2] === 1) return addToSums(writer, sums, products(...at('0')));
    const own = declareSums(writer, count);
    turns(2, (i) => addToSums(writer, own, products(...at(i))));
    addToSums(writer, sums, own);
  };

  switch (node.op) {
    case 'conv2d': {
      const [, height, width] = first;
      const [b, oh, ow, o] = coordinates;
      const [, , perGroup, out] = second;
      const group = groupOf(writer, o, node.groups, out / node.groups);
      if (printShortWindow(writer, nodes, node, coordinates, group, sums, products)) return sums;
      turns(0, (kh) => {
        const h = writer.define(image(writer, oh, kh, node, 0));
        when(inside(writer, h, height), () => {
          turns(1, (kw) => {
            const w = writer.define(image(writer, ow, kw, node, 1));
            when(inside(writer, w, width), () => {
              addProducts((i) => [
                indexAt([b, h, w, group, i], withGroups(first, perGroup)),
                indexAt([kh, kw, i, o], stridesOf(second)),
              ]);
            });
          });
        });
      });
      return sums;
    }
    case 'conv2dInputGradient': {
      const [, outHeight, outWidth] = second;
      const [b, h, w, c] = coordinates;
      const [, , perGroup, out] = first;
      const group = groupOf(writer, c, node.groups, perGroup);
      if (printShortWindow(writer, nodes, node, coordinates, group, sums, products)) return sums;
      const i =
        perGroup === 1 ? '0' : node.groups === 1 ? c : writer.define(`${c} - ${group} * ${writer.number(perGroup)}`);
      turns(0, (kh) => {
        const oh = printWindowPosition(writer, h, dilated(writer, kh, node, 0), node.padding[0], node.strides[0]);
        when(oh.valid(outHeight), () => {
          turns(1, (kw) => {
            const ow = printWindowPosition(writer, w, dilated(writer, kw, node, 1), node.padding[2], node.strides[1]);
            when(ow.valid(outWidth), () => {
              addProducts((o) => [
                indexAt([kh, kw, i, group, o], withGroups(first, out / node.groups)),
                indexAt([b, oh.position, ow.position, group, o], withGroups(second, out / node.groups)),
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
      const [, , perGroup, out] = shape;
      const group = groupOf(writer, o, node.groups, out / node.groups);
      turns(0, (b) => {
        turns(1, (oh) => {
          const h = writer.define(image(writer, oh, kh, node, 0));
          when(inside(writer, h, height), () => {
            const own = declareSums(writer, count);
            turns(2, (ow) => {
              const w = writer.define(image(writer, ow, kw, node, 1));
              when(inside(writer, w, width), () => {
                addToSums(
                  writer,
                  own,
                  products(
                    indexAt([b, h, w, group, i], withGroups(first, perGroup)),
                    indexAt([b, oh, ow, o], stridesOf(second)),
                  ),
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

/** The row (0) or column (1) of an image under a cell of a filter. */
const image = (writer: Writer, out: string, cell: string, node: Convolution, axis: 0 | 1) =>
  `${writer.number(node.strides[axis])} * ${out} + ${dilated(writer, cell, node, axis)} - ${writer.number(node.padding[2 * axis])}`;

/** How far from a window's corner a cell of its filter reads. */
const dilated = (writer: Writer, cell: string, { dilations }: Convolution, axis: 0 | 1) =>
  dilations[axis] === 1 ? cell : `${writer.number(dilations[axis])} * ${cell}`;

/** The group of a channel, where each has so many. */
const groupOf = (writer: Writer, channel: string, groups: number, perGroup: number) => {
  if (groups === 1) return '0';
  // Half a step above the boundary, where no rounding of the quotient can reach the next integer.
  return perGroup === 1
    ? channel
    : writer.define(`Math.floor((${channel} + ${writer.number(0.5)}) / ${writer.number(perGroup)})`);
};

/** Strides of a tensor whose channels are counted by their group and by their place in it. */
const withGroups = (shape: readonly number[], perGroup: number) => [...stridesOf(shape).slice(0, 3), perGroup, 1];

const inside = (writer: Writer, at: string, length: number) =>
  `${at} >= ${writer.number(0)} && ${at} < ${writer.number(length)}`;
