import type { BoundNode } from '@vardrop/core/program';
import type { Products } from './products.js';
import { addToSums } from './sums.js';
import { indexAt, stridesOf } from './threads.js';
import type { Writer } from './writer.js';

/** Cells of a window up to which each has lines of its own. */
const mostCells = 64;

/** One direction of a window: cell k of the filter reads at `scale · at + offsets[k]`, where that lies in `[0, length)`. */
interface Direction {
  /** The place in the result, one of so many. */
  readonly at: string;
  readonly places: number;
  readonly scale: number;
  readonly offsets: readonly number[];
  readonly length: number;
}

/**
 * On webasm, the sums of a depthwise convolution, or of its input gradient where windows move by one pixel. Each cell of the
 * window has lines of its own: it reads at a literal distance from where the window starts, which is an integer, and asks only
 * for those borders of the image that it may cross. Prints nothing and returns false where another way is needed.
 */
export function printShortWindow(
  writer: Writer,
  nodes: readonly BoundNode[],
  node: BoundNode,
  coordinates: readonly string[],
  sums: readonly string[],
  products: Products,
): boolean {
  if (writer.mode !== 'webasm' || (node.op !== 'conv2d' && node.op !== 'conv2dInputGradient')) return false;
  const forward = node.op === 'conv2d';
  const [first, second] = node.operands.map((id) => nodes[id].shape);
  const [read, filter] = forward ? [first, second] : [second, first];
  const [height, width, perGroup, out] = filter;
  const { strides, dilations, padding, groups } = node;
  const apart = perGroup === 1 && (forward || (out === groups && strides.every((stride) => stride === 1)));
  if (!apart || height * width > mostCells) return false;

  const direction = (axis: 0 | 1): Direction => ({
    at: coordinates[axis + 1],
    places: node.shape[axis + 1],
    scale: forward ? strides[axis] : 1,
    offsets: Array.from({ length: filter[axis] }, (_, k) => {
      const offset = k * dilations[axis] - padding[2 * axis];
      return forward ? offset : -offset;
    }),
    length: read[axis + 1],
  });
  const [down, across] = [direction(0), direction(1)];
  const [pitch, row, column] = stridesOf(read);
  const [b, , , channel] = coordinates;
  const group = printGroup(writer, channel, groups, out / groups);
  // The first pixel that the window reads: all others lie behind it, and none of their numbers is beyond float32.
  const before = Math.min(...down.offsets) * row + Math.min(...across.offsets) * column;
  const places = indexAt([b, down.at, across.at, group], [pitch, row * down.scale, column * across.scale, 1]);
  const start = writer.counter(`${places} - ${-before}`);
  eachCell(writer, down, (i, y) => {
    eachCell(writer, across, (j, x) => {
      const image = `${start} + ${y * row + x * column - before}`;
      const cell = `${(i * width + j) * out} + ${indexAt([channel], [1])}`;
      addToSums(writer, sums, forward ? products(image, cell) : products(cell, image));
    });
  });
  return true;
}

/** Visits the cells of a filter in one direction, within the borders of the image. */
function eachCell(writer: Writer, direction: Direction, visit: (k: number, offset: number) => void): void {
  const { at, places, scale, offsets, length } = direction;
  const place = scale === 1 ? at : `${writer.number(scale)} * ${at}`;
  offsets.forEach((offset, k) => {
    const farthest = (places - 1) * scale + offset;
    if (farthest < 0 || offset >= length) return;
    const borders = [
      ...(offset < 0 ? [`${place} >= ${writer.number(-offset)}`] : []),
      ...(farthest >= length ? [`${place} < ${writer.number(length - offset)}`] : []),
    ];
    if (borders.length > 0) writer.line(`if (${borders.join(' && ')}) {`);
    visit(k, offset);
    if (borders.length > 0) writer.line('}');
  });
}

/** The group of a channel, where each has so many. */
export function printGroup(writer: Writer, channel: string, groups: number, perGroup: number): string {
  if (groups === 1) return '0';
  if (perGroup === 1) return channel;
  // Half a step above the boundary, where no rounding of the quotient can reach the next integer.
  return writer.define(`Math.floor((${channel} + ${writer.number(0.5)}) / ${writer.number(perGroup)})`);
}
