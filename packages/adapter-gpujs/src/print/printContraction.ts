import type { BoundNode, ContractionKernel } from '@vardrop/core/program';
import type { GpujsMode } from '../gpujs/mode.js';
import { accumulate } from './accumulate.js';
import { convolutionLoops, printConvolution } from './convolution.js';
import type { KernelSource, ValueId } from './kernelSource.js';
import { matmulOperand } from './matmulOperand.js';
import { chooseParts, type Parts, whole } from './parts.js';
import { printEpilogue } from './printEpilogue.js';
import { printMap } from './printMap.js';
import { printProducts } from './printProducts.js';
import { printSum } from './printReduction.js';
import { printRunningMatmul } from './printRunningMatmul.js';
import { indexAt, spreadThreads } from './threads.js';
import { withoutEpilogue } from './withoutEpilogue.js';
import { createWriter, type Writer } from './writer.js';

/**
 * Prints all contractions of a kernel in one loop, and its epilogue after it. The operand that they share is read once
 * a turn. If that takes more turns than a thread can make, each contraction is cut into parts for more threads, further
 * kernels add up their sums, and the epilogue has a kernel of its own.
 *
 * @param between makes the id of a value between two kernels
 * @param mostTurns of loops in a thread
 */
export function printContraction(
  nodes: readonly BoundNode[],
  kernel: ContractionKernel,
  between: () => ValueId,
  mode: GpujsMode,
  mostTurns: number,
): KernelSource[] {
  if (mode === 'webasm' && nodes[kernel.contractions[0]].op === 'matmul') return [printRunningMatmul(nodes, kernel)];
  const source = printLoops(nodes, kernel, mode, [], kernel.outputs[0]);
  if (source.turns <= mostTurns) return [source];
  const { contractions, rest } = withoutEpilogue(nodes, kernel);
  return [
    ...contractions.flatMap((each) => printParts(nodes, each, between(), mode, mostTurns, between)),
    ...(rest ? [printMap(nodes, rest, mode)] : []),
  ];
}

/** A contraction without epilogue, in parts. */
function printParts(
  nodes: readonly BoundNode[],
  kernel: ContractionKernel,
  parts: ValueId,
  mode: GpujsMode,
  mostTurns: number,
  between: () => ValueId,
): KernelSource[] {
  const [contraction] = kernel.contractions;
  const node = nodes[contraction];
  const lengths = node.op === 'matmul' ? [matmulOperand(nodes, contraction, 0).length] : convolutionLoops(nodes, node);
  const print = (counts: readonly number[]) => printLoops(nodes, kernel, mode, counts, parts);
  const counts = chooseParts(lengths, mostTurns, (tried) => print(tried).turns);
  const shape = [...counts, ...kernel.shape];
  const axes = counts.map((_, axis) => axis);
  return [print(counts), ...printSum(mode, parts, shape, axes, contraction, between, mostTurns)];
}

/** One kernel. Where its loops are cut, its result has an axis for each of them before its own. */
function printLoops(
  nodes: readonly BoundNode[],
  kernel: ContractionKernel,
  mode: GpujsMode,
  counts: readonly number[],
  result: ValueId,
): KernelSource {
  const first = nodes[kernel.contractions[0]];
  const writer = createWriter(mode);
  const threads = spreadThreads(writer, [...counts, ...kernel.shape]);
  const parts: Parts =
    counts.length === 0 ? whole : { counts, coordinates: threads.coordinates.slice(0, counts.length) };
  const coordinates = threads.coordinates.slice(counts.length);
  const sums =
    first.op === 'matmul'
      ? printMatmul(writer, nodes, kernel, coordinates, parts)
      : printConvolution(writer, nodes, first, coordinates, kernel.contractions.length, parts, (...at) =>
          printProducts(writer, nodes, kernel, (_, side) => at[side]),
        );
  return writer.finish(result, threads, printEpilogue(writer, nodes, kernel, coordinates, sums));
}

/** Sums of all contractions at a place. */
function printMatmul(
  writer: Writer,
  nodes: readonly BoundNode[],
  kernel: ContractionKernel,
  coordinates: readonly string[],
  parts: Parts,
): string[] {
  const { length } = matmulOperand(nodes, kernel.contractions[0], 0);
  return accumulate(writer, length, kernel.contractions.length, parts, (turn) =>
    printProducts(writer, nodes, kernel, (id, side) => {
      const { batch, own, along } = matmulOperand(nodes, id, side);
      const place = coordinates[coordinates.length - 2 + side];
      return indexAt([...coordinates.slice(0, -2), place, turn], [...batch, own, along]);
    }),
  );
}
