import type { BoundNode, ContractionKernel, NodeId } from '@vardrop/core/program';
import { printElementwise } from './elementwise.js';
import { broadcastStrides, indexAt, stridesOf } from './threads.js';
import type { Writer } from './writer.js';

/** Prints a contraction's epilogue at a place, given its sums there; returns the name of the kernel's result. */
export function printEpilogue(
  writer: Writer,
  nodes: readonly BoundNode[],
  { contractions, epilogue, shape, outputs: [result] }: ContractionKernel,
  place: readonly string[],
  sums: readonly string[],
): string {
  const sumOf = new Map(contractions.map((id, i) => [id, sums[i]]));
  const readValue = (id: NodeId) =>
    sumOf.get(id) ?? writer.read(id, indexAt(place, broadcastStrides(nodes[id].shape, shape)));
  const names = printElementwise(writer, nodes, epilogue, readValue, indexAt(place, stridesOf(shape)));
  return (names.get(result) ?? sumOf.get(result)) as string;
}
