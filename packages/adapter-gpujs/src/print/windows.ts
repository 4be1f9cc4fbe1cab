import type { Node, NodeId, NodeOf } from '@vardrop/core';
import type { GpujsMode } from '../loadGpu.js';
import type { KernelSource } from './kernelSource.js';
import { indexAt, spreadThreads, stridesOf } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/** Which window has this element of the image at place `offset`: its position, and whether there is one. */
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

type Pool = NodeOf<'maxPool2d' | 'averagePool2d'>;
type PoolGradient = NodeOf<'maxPool2dGradient' | 'averagePool2dGradient'>;

/** One thread an element of the pooled image. */
export function printPool(nodes: readonly Node[], result: NodeId, node: Pool, mode: GpujsMode): KernelSource {
  const writer = createWriter(mode);
  const [operand] = node.operands;
  const image = nodes[operand].shape as readonly number[];
  const threads = spreadThreads(writer, node.shape as readonly number[]);
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

/** One thread an element of the image: each window over it is looked at again, so that no two threads add to one place. */
export function printPoolGradient(
  nodes: readonly Node[],
  result: NodeId,
  node: PoolGradient,
  mode: GpujsMode,
): KernelSource {
  const writer = createWriter(mode);
  const image = node.shape as readonly number[];
  const dy = node.operands[node.operands.length - 1];
  const pooled = nodes[dy].shape as readonly number[];
  const threads = spreadThreads(writer, image);
  const [b, h, w, c] = threads.coordinates;
  const [height, width] = node.size;
  const maximum = node.op === 'maxPool2dGradient';
  const own = maximum
    ? writer.define(writer.read(node.operands[0], indexAt(threads.coordinates, stridesOf(image))))
    : '';
  writer.line(`let sum = ${writer.number(0)};`);
  writer.line(`for (let kh = 0; kh < ${height}; kh++) {`);
  const oh = printWindowPosition(writer, h, 'kh', node.padding[0], node.strides[0]);
  writer.line(`if (${oh.valid(pooled[1])}) {`);
  writer.line(`for (let kw = 0; kw < ${width}; kw++) {`);
  const ow = printWindowPosition(writer, w, 'kw', node.padding[2], node.strides[1]);
  writer.line(`if (${ow.valid(pooled[2])}) {`);
  const share = writer.fresh('p');
  writer.line(`let ${share} = ${writer.number(maximum ? 1 : 0)};`);
  overWindow(writer, node, image, oh.position, ow.position, (y, x, i, j) => {
    if (!maximum) {
      writer.line(`${share} = ${share} + ${writer.number(1)};`);
      return;
    }
    const other = writer.define(writer.read(node.operands[0], indexAt([b, y, x, c], stridesOf(image))));
    // An equal value keeps the gradient if it comes first.
    const before = `${i} * ${width} + ${j} < kh * ${width} + kw`;
    writer.line(`if (${other} > ${own}) { ${share} = ${writer.number(0)}; }`);
    writer.line(`if (${other} === ${own} && ${before}) { ${share} = ${writer.number(0)}; }`);
  });
  const gradient = writer.read(dy, indexAt([b, oh.position, ow.position, c], stridesOf(pooled)));
  writer.line(
    maximum
      ? `sum = sum + (${share} > ${writer.number(0)} ? ${gradient} : ${writer.number(0)});`
      : `sum = sum + ${gradient} / ${share};`,
  );
  writer.line('}}}}');
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
  const [i, j] = [writer.fresh('i'), writer.fresh('i')];
  const zero = writer.number(0);
  writer.line(`for (let ${i} = 0; ${i} < ${node.size[0]}; ${i}++) {`);
  const h = writer.define(`${writer.number(node.strides[0])} * ${oh} + ${i} - ${writer.number(node.padding[0])}`);
  writer.line(`if (${h} >= ${zero} && ${h} < ${writer.number(height)}) {`);
  writer.line(`for (let ${j} = 0; ${j} < ${node.size[1]}; ${j}++) {`);
  const w = writer.define(`${writer.number(node.strides[1])} * ${ow} + ${j} - ${writer.number(node.padding[2])}`);
  writer.line(`if (${w} >= ${zero} && ${w} < ${writer.number(width)}) {`);
  visit(h, w, i, j);
  writer.line('}}}}');
}
