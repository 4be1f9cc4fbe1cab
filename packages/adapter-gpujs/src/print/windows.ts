import type { BoundNode, BoundShape, NodeId, NodeOf } from '@vardrop/core/program';
import type { GpujsMode } from '../gpujs/mode.js';
import type { KernelSource, ValueId } from './kernelSource.js';
import { indexAt, spreadThreads, stridesOf } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/** The window that has this element of the image at place `offset`: its position, and the condition that it exists. */
export function printWindowPosition(writer: Writer, at: string, offset: string, padding: number, stride: number) {
  const reach = writer.define(`${writer.number(padding)} + ${at} - ${offset}`);
  if (stride === 1) {
    return {
      position: reach,
      valid: (positions: number) => `${reach} >= ${writer.number(0)} && ${reach} < ${writer.number(positions)}`,
    };
  }
  const step = writer.number(stride);
  const position = writer.define(`Math.floor((${reach} + ${writer.number(0.5)}) / ${step})`);
  return {
    position,
    valid: (positions: number) =>
      `${reach} >= ${writer.number(0)} && ${position} * ${step} === ${reach} && ${position} < ${writer.number(positions)}`,
  };
}

type Pool = NodeOf<'maxPool2d' | 'averagePool2d', BoundShape>;
type PoolGradient = NodeOf<'maxPool2dGradient' | 'averagePool2dGradient', BoundShape>;

/** One thread an element of the pooled image. */
export function printPool(nodes: readonly BoundNode[], result: NodeId, node: Pool, mode: GpujsMode): KernelSource {
  const writer = createWriter(mode);
  const [operand] = node.operands;
  const image = nodes[operand].shape;
  const threads = spreadThreads(writer, node.shape);
  const [b, oh, ow, c] = threads.coordinates;
  const maximum = node.op === 'maxPool2d';
  writer.line(`let best = ${writer.number(maximum ? -Infinity : 0)};`);
  writer.line(`let count = ${writer.number(0)};`);
  overWindow(writer, node, image, oh, ow, (h, w) => {
    const value = writer.read(operand, indexAt([b, h, w, c], stridesOf(image)));
    writer.line(maximum ? `best = Math.max(best, ${value});` : `best = best + ${value};`);
    writer.line(`count = count + ${writer.number(1)};`);
  });
  return writer.finish(result, threads, maximum ? 'best' : 'best / count');
}

/**
 * The gradient of a pooling. That of a maximum takes two kernels: the first finds the place of each window's maximum,
 * so that the second need not search a window again for each of its places.
 *
 * @param between makes the id of a value between two kernels
 */
export function printPoolGradient(
  nodes: readonly BoundNode[],
  result: NodeId,
  node: PoolGradient,
  between: () => ValueId,
  mode: GpujsMode,
): KernelSource[] {
  if (node.op === 'averagePool2dGradient') return [printSpread(nodes, result, node, mode)];
  const places = between();
  return [printFirstMaximum(nodes, places, node, mode), printSpread(nodes, result, node, mode, places)];
}

/** Of each window the place of its first maximum, counted row by row. */
function printFirstMaximum(
  nodes: readonly BoundNode[],
  result: ValueId,
  node: PoolGradient,
  mode: GpujsMode,
): KernelSource {
  const writer = createWriter(mode);
  const [image, dy] = node.operands;
  const shape = nodes[image].shape;
  const threads = spreadThreads(writer, nodes[dy].shape);
  const [b, oh, ow, c] = threads.coordinates;
  writer.line(`let best = ${writer.number(-Infinity)};`);
  writer.line(`let place = ${writer.number(-1)};`);
  overWindow(writer, node, shape, oh, ow, (h, w, i, j) => {
    const value = writer.define(writer.read(image, indexAt([b, h, w, c], stridesOf(shape))));
    // The first of all may be −∞.
    writer.line(
      `if (${value} > best || place < ${writer.number(0)}) { best = ${value}; place = ${i} * ${writer.number(node.size[1])} + ${j}; }`,
    );
  });
  return writer.finish(result, threads, 'place');
}

/** One thread an element of the image, which adds up what it gets from each window over it. */
function printSpread(
  nodes: readonly BoundNode[],
  result: NodeId,
  node: PoolGradient,
  mode: GpujsMode,
  places?: ValueId,
): KernelSource {
  const writer = createWriter(mode);
  const image = node.shape;
  const dy = node.operands[node.operands.length - 1];
  const pooled = nodes[dy].shape;
  const threads = spreadThreads(writer, image);
  const [b, h, w, c] = threads.coordinates;
  writer.line(`let sum = ${writer.number(0)};`);
  writer.repeat(node.size[0], (kh) => {
    const oh = printWindowPosition(writer, h, kh, node.padding[0], node.strides[0]);
    writer.line(`if (${oh.valid(pooled[1])}) {`);
    writer.repeat(node.size[1], (kw) => {
      const ow = printWindowPosition(writer, w, kw, node.padding[2], node.strides[1]);
      writer.line(`if (${ow.valid(pooled[2])}) {`);
      const index = indexAt([b, oh.position, ow.position, c], stridesOf(pooled));
      if (places === undefined) {
        const inside = (axis: 0 | 1, position: string) => {
          const start = `${position} * ${writer.number(node.strides[axis])} - ${writer.number(node.padding[2 * axis])}`;
          return `(Math.min(${start} + ${writer.number(node.size[axis])}, ${writer.number(image[axis + 1])}) - Math.max(${start}, ${writer.number(0)}))`;
        };
        const count = `${inside(0, oh.position)} * ${inside(1, ow.position)}`;
        writer.line(`sum = sum + ${writer.read(dy, index)} / (${count});`);
      } else {
        const own = `${kh} * ${writer.number(node.size[1])} + ${kw}`;
        writer.line(`if (${writer.read(places, index)} === ${own}) { sum = sum + ${writer.read(dy, index)}; }`);
      }
      writer.line('}');
    });
    writer.line('}');
  });
  return writer.finish(result, threads, 'sum');
}

/** Visits the elements of the image in one window. */
function overWindow(
  writer: Writer,
  node: Pool | PoolGradient,
  [, height, width]: readonly number[],
  oh: string,
  ow: string,
  visit: (h: string, w: string, i: string, j: string) => void,
): void {
  const zero = writer.number(0);
  writer.repeat(node.size[0], (i) => {
    const h = writer.define(`${writer.number(node.strides[0])} * ${oh} + ${i} - ${writer.number(node.padding[0])}`);
    writer.line(`if (${h} >= ${zero} && ${h} < ${writer.number(height)}) {`);
    writer.repeat(node.size[1], (j) => {
      const w = writer.define(`${writer.number(node.strides[1])} * ${ow} + ${j} - ${writer.number(node.padding[2])}`);
      writer.line(`if (${w} >= ${zero} && ${w} < ${writer.number(width)}) {`);
      visit(h, w, i, j);
      writer.line('}');
    });
    writer.line('}');
  });
}
