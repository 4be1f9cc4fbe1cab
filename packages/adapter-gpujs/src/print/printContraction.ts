import { type ContractionKernel, type Node, type NodeId, type NodeOf, VardropError } from '@vardrop/core';
import { accumulate } from './accumulate.js';
import { printConvolution } from './convolution.js';
import { printElementwise } from './elementwise.js';
import type { KernelSource } from './kernelSource.js';
import { broadcastStrides, indexAt, spreadThreads, stridesOf } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/**
 * Prints all contractions of a kernel in one loop, and its epilogue after it. The operand that they share is read once
 * a turn.
 */
export function printContraction(nodes: readonly Node[], kernel: ContractionKernel): KernelSource {
  const writer = createWriter();
  const shape = kernel.shape as readonly number[];
  const { output, coordinates } = spreadThreads(writer, shape);
  const products = (indexA: string, indexB: string) => printProducts(writer, nodes, kernel, indexA, indexB);
  const count = kernel.contractions.length;
  const first = nodes[kernel.contractions[0]];
  const sums =
    first.op === 'matmul'
      ? printMatmul(writer, nodes, first, coordinates, count, products)
      : printConvolution(writer, nodes, first, coordinates, count, products);
  const sumOf = new Map(kernel.contractions.map((id, i) => [id, sums[i]]));
  const readValue = (id: NodeId) =>
    sumOf.get(id) ??
    writer.read(id, indexAt(coordinates, broadcastStrides(nodes[id].shape as readonly number[], shape)));
  const names = printElementwise(writer, nodes, kernel.epilogue, readValue);
  const [result] = kernel.outputs;
  return writer.finish(result, output, (names.get(result) ?? sumOf.get(result)) as string);
}

/** What prints the products of one turn, given where operands 0 and 1 are read. */
export type Products = (indexA: string, indexB: string) => readonly string[];

function printProducts(
  writer: Writer,
  nodes: readonly Node[],
  { contractions, shared, prologue }: ContractionKernel,
  indexA: string,
  indexB: string,
): string[] {
  const at = [indexA, indexB];
  const known = new Map<NodeId, string>();
  if (shared) {
    const root = writer.define(writer.read(shared.node, at[shared.side]));
    known.set(shared.node, root);
    for (const [id, name] of printElementwise(writer, nodes, prologue, () => root)) known.set(id, name);
  }
  return contractions.map((id) => {
    const [a, b] = nodes[id].operands.map((operand, side) => {
      const own = side === shared?.side ? known.get(operand) : undefined;
      return own ?? writer.read(operand, at[side]);
    });
    return `${a} * ${b}`;
  });
}

function printMatmul(
  writer: Writer,
  nodes: readonly Node[],
  node: NodeOf<'matmul'>,
  coordinates: readonly string[],
  count: number,
  products: Products,
): string[] {
  const shape = node.shape as readonly number[];
  const [shapeA, shapeB] = node.operands.map((id) => nodes[id].shape as readonly number[]);
  const length = shapeA[shapeA.length - (node.transposeA ? 2 : 1)];
  const leading = shape.slice(0, -2);
  const [row, column] = coordinates.slice(-2);
  const place = (operand: readonly number[], transposed: boolean, [outer, inner]: readonly [string, string]) => {
    const strides = stridesOf(operand);
    const [major, minor] = strides.slice(-2);
    const batch = broadcastStrides(operand.slice(0, -2), leading).map(
      (stride) => stride * major * operand[operand.length - 2],
    );
    return indexAt(
      [...coordinates.slice(0, -2), outer, inner],
      [...batch, transposed ? minor : major, transposed ? major : minor],
    );
  };
  if (length === undefined) {
    throw new VardropError('VARDROP_PROGRAM', `[gpujs] matmul: got operands ${shapeA} and ${shapeB}, needs matrices.`);
  }
  return accumulate(writer, length, count, (turn) =>
    products(place(shapeA, node.transposeA, [row, turn]), place(shapeB, node.transposeB, [turn, column])),
  );
}
