import type { ContractionKernel, Node, NodeOf } from '@vardrop/core';
import type { GpujsMode } from '../loadGpu.js';
import { accumulate } from './accumulate.js';
import { printConvolution } from './convolution.js';
import type { KernelSource } from './kernelSource.js';
import { printEpilogue } from './printEpilogue.js';
import { printProducts } from './printProducts.js';
import { printRunningMatmul } from './printRunningMatmul.js';
import { broadcastStrides, type Coordinate, indexAt, spreadThreads, stridesOf } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/**
 * Prints all contractions of a kernel in one loop, and its epilogue after it. The operand that they share is read once
 * a turn.
 */
export function printContraction(nodes: readonly Node[], kernel: ContractionKernel, mode: GpujsMode): KernelSource {
  const first = nodes[kernel.contractions[0]];
  if (mode === 'webasm' && first.op === 'matmul') return printRunningMatmul(nodes, kernel, first);
  const writer = createWriter(mode);
  const threads = spreadThreads(writer, kernel.shape as readonly number[]);
  const { coordinates } = threads;
  const products = (...at: readonly [string, string]) => printProducts(writer, nodes, kernel, (_, side) => at[side]);
  const sums =
    first.op === 'matmul'
      ? printMatmul(writer, nodes, kernel, first, coordinates, products)
      : printConvolution(writer, nodes, first, coordinates, kernel.contractions.length, products);
  return writer.finish(kernel.outputs[0], threads, printEpilogue(writer, nodes, kernel, coordinates, sums));
}

/** What prints the products of one turn, given where operands 0 and 1 are read. */
export type Products = (indexA: string, indexB: string) => readonly string[];

/** Sums of all contractions at a place. */
function printMatmul(
  writer: Writer,
  nodes: readonly Node[],
  kernel: ContractionKernel,
  node: NodeOf<'matmul'>,
  coordinates: readonly string[],
  products: Products,
): string[] {
  const leading = (node.shape as readonly number[]).slice(0, -2);
  const [shapeA, shapeB] = node.operands.map((id) => nodes[id].shape as readonly number[]);
  const place = (operand: readonly number[], transposed: boolean, at: readonly Coordinate[]) => {
    const [major, minor] = stridesOf(operand).slice(-2);
    const matrix = major * operand[operand.length - 2];
    const batch = broadcastStrides(operand.slice(0, -2), leading).map((stride) => stride * matrix);
    return indexAt(at, [...batch, transposed ? minor : major, transposed ? major : minor]);
  };
  const [row, column] = coordinates.slice(-2);
  const batch = coordinates.slice(0, -2);
  const length = shapeA[shapeA.length - (node.transposeA ? 2 : 1)];
  return accumulate(writer, length, kernel.contractions.length, (turn) =>
    products(
      place(shapeA, node.transposeA, [...batch, row, turn]),
      place(shapeB, node.transposeB, [...batch, turn, column]),
    ),
  );
}
