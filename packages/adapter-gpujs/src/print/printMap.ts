import type { BoundNode, ElementwiseKernel, NodeId } from '@vardrop/core/program';
import type { GpujsMode } from '../gpujs/mode.js';
import { printElementwise } from './elementwise.js';
import type { KernelSource } from './kernelSource.js';
import { broadcastStrides, indexAt, mergeAxes, spreadThreads, stridesOf } from './threads.js';
import { createWriter } from './writer.js';

/** A loop over elements: axes that all operands run through in the same way are one. */
export function printMap(nodes: readonly BoundNode[], kernel: ElementwiseKernel, mode: GpujsMode): KernelSource {
  const { shape } = kernel;
  const streams = new Set(kernel.epilogue.flatMap((id) => (nodes[id].op === 'noise' ? nodes[id].operands : [])));
  const values = kernel.inputs.filter((id) => !streams.has(id));
  const merged = mergeAxes(shape, [stridesOf(shape), ...values.map((id) => broadcastStrides(nodes[id].shape, shape))]);
  const stridesBy = new Map(values.map((id, i) => [id, merged.strides[i + 1]]));
  const writer = createWriter(mode);
  const threads = spreadThreads(writer, merged.shape);
  const readValue = (id: NodeId) => writer.read(id, indexAt(threads.coordinates, stridesBy.get(id) as number[]));
  const names = printElementwise(
    writer,
    nodes,
    kernel.epilogue,
    readValue,
    indexAt(threads.coordinates, merged.strides[0]),
  );
  return writer.finish(kernel.outputs[0], threads, names.get(kernel.outputs[0]) as string);
}
