import type { ContractionKernel, Node } from '@vardrop/core';
import type { GpujsMode } from '../loadGpu.js';
import { accumulate } from './accumulate.js';
import { printConvolution } from './convolution.js';
import type { KernelSource } from './kernelSource.js';
import { matmulOperand } from './matmulOperand.js';
import { printEpilogue } from './printEpilogue.js';
import { printProducts } from './printProducts.js';
import { printRunningMatmul } from './printRunningMatmul.js';
import { indexAt, spreadThreads } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/**
 * Prints all contractions of a kernel in one loop, and its epilogue after it. The operand that they share is read once
 * a turn.
 */
export function printContraction(nodes: readonly Node[], kernel: ContractionKernel, mode: GpujsMode): KernelSource {
  const first = nodes[kernel.contractions[0]];
  if (mode === 'webasm' && first.op === 'matmul') return printRunningMatmul(nodes, kernel);
  const writer = createWriter(mode);
  const threads = spreadThreads(writer, kernel.shape as readonly number[]);
  const { coordinates } = threads;
  const sums =
    first.op === 'matmul'
      ? printMatmul(writer, nodes, kernel, coordinates)
      : printConvolution(writer, nodes, first, coordinates, kernel.contractions.length, (...at) =>
          printProducts(writer, nodes, kernel, (_, side) => at[side]),
        );
  return writer.finish(kernel.outputs[0], threads, printEpilogue(writer, nodes, kernel, coordinates, sums));
}

/** What prints the products of one turn, given where operands 0 and 1 are read. */
export type Products = (indexA: string, indexB: string) => readonly string[];

/** Sums of all contractions at a place. */
function printMatmul(
  writer: Writer,
  nodes: readonly Node[],
  kernel: ContractionKernel,
  coordinates: readonly string[],
): string[] {
  const { length } = matmulOperand(nodes, kernel.contractions[0], 0);
  return accumulate(writer, length, kernel.contractions.length, (turn) =>
    printProducts(writer, nodes, kernel, (id, side) => {
      const { batch, own, along } = matmulOperand(nodes, id, side);
      const place = coordinates[coordinates.length - 2 + side];
      return indexAt([...coordinates.slice(0, -2), place, turn], [...batch, own, along]);
    }),
  );
}
