import type { ContractionKernel, Node, NodeId, NodeOf } from '@vardrop/core';
import type { GpujsMode } from '../loadGpu.js';
import { accumulate } from './accumulate.js';
import { printConvolution } from './convolution.js';
import { printElementwise } from './elementwise.js';
import type { KernelSource } from './kernelSource.js';
import { broadcastStrides, type Coordinate, indexAt, spreadThreads, stridesOf } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/** Products from which on a matrix product is worth putting its result in order on the host. */
const worthBlocks = 2 ** 20;

/**
 * Prints all contractions of a kernel in one loop, and its epilogue after it. The operand that they share is read once
 * a turn.
 */
export function printContraction(nodes: readonly Node[], kernel: ContractionKernel, mode: GpujsMode): KernelSource {
  const writer = createWriter(mode);
  const shape = kernel.shape as readonly number[];
  const first = nodes[kernel.contractions[0]];
  const rows = mode === 'webasm' && first.op === 'matmul' ? blockedRows(nodes, first) : undefined;
  const [result] = kernel.outputs;
  const count = kernel.contractions.length;
  if (first.op === 'matmul' && rows) {
    const threads = spreadThreads(writer, [...shape.slice(0, -2), Math.ceil(rows / 4), shape[shape.length - 1]]);
    const { coordinates } = threads;
    const places = [0, 1, 2, 3].map((row) => [
      ...coordinates.slice(0, -2),
      `${coordinates[coordinates.length - 2]} * 4 + ${row}`,
      coordinates[coordinates.length - 1],
    ]);
    const sums = printMatmul(writer, nodes, kernel, first, places);
    const returned = places.map((place, i) =>
      printEpilogue(writer, nodes, kernel, place, sums.slice(i * count, (i + 1) * count)),
    );
    return writer.finish(result, threads, `[${returned.join(', ')}]`, { rows });
  }
  const threads = spreadThreads(writer, shape);
  const { coordinates } = threads;
  const products = (indexA: string, indexB: string) => printProducts(writer, nodes, kernel, [indexA, indexB]);
  const sums =
    first.op === 'matmul'
      ? printMatmul(writer, nodes, kernel, first, [coordinates])
      : printConvolution(writer, nodes, first, coordinates, count, products);
  return writer.finish(result, threads, printEpilogue(writer, nodes, kernel, coordinates, sums));
}

/** The rows of a matrix product that is large enough, and narrow enough in its sum, for blocks of four. */
function blockedRows(nodes: readonly Node[], node: NodeOf<'matmul'>): number | undefined {
  const shape = node.shape as readonly number[];
  const [rows, columns] = shape.slice(-2);
  const length = contracted(nodes, node);
  // The last block may read up to three rows past the end, which gpu.js's memory has to have room for.
  const fits = shape.slice(0, -2).every((each) => each === 1) && rows >= 8 && columns >= 4 && length <= 2 ** 16;
  return fits && rows * columns * length >= worthBlocks ? rows : undefined;
}

/** Evaluates the epilogue at a place; returns the name of the kernel's result there. */
function printEpilogue(
  writer: Writer,
  nodes: readonly Node[],
  { contractions, epilogue, shape, outputs: [result] }: ContractionKernel,
  place: readonly string[],
  sums: readonly string[],
): string {
  const sumOf = new Map(contractions.map((id, i) => [id, sums[i]]));
  const readValue = (id: NodeId) =>
    sumOf.get(id) ??
    writer.read(id, indexAt(place, broadcastStrides(nodes[id].shape as readonly number[], shape as readonly number[])));
  const names = printElementwise(
    writer,
    nodes,
    epilogue,
    readValue,
    indexAt(place, stridesOf(shape as readonly number[])),
  );
  return (names.get(result) ?? sumOf.get(result)) as string;
}

/** What prints the products of one turn, given where operands 0 and 1 are read. */
export type Products = (indexA: string, indexB: string) => readonly string[];

/** What the products of all rows of a block have in common in one turn. */
interface Block {
  /** Reads that several of them use, by expression. */
  readonly reads: Map<string, string>;
  /**
   * A variable that gpu.js takes to differ from lane to lane. What is assigned to it is spread over the lanes once, where
   * each product with a number that all lanes have in common would spread it again.
   */
  readonly lanes: string;
}

function printProducts(
  writer: Writer,
  nodes: readonly Node[],
  { contractions, shared, prologue }: ContractionKernel,
  at: readonly [string, string],
  block?: Block,
): string[] {
  const read = (id: NodeId, index: string) => {
    const expression = writer.read(id, index);
    if (!block) return expression;
    const name = block.reads.get(expression) ?? writer.define(expression);
    block.reads.set(expression, name);
    return name;
  };
  const known = new Map<NodeId, string>();
  if (shared) {
    let root: string;
    if (shared.side === 1) root = read(shared.node, at[1]);
    else if (!block) root = writer.define(writer.read(shared.node, at[0]));
    else {
      writer.line(`${block.lanes} = ${writer.read(shared.node, at[0])};`);
      root = writer.define(block.lanes);
    }
    known.set(shared.node, root);
    for (const [id, name] of printElementwise(writer, nodes, prologue, () => root, '0')) known.set(id, name);
  }
  return contractions.map((id) => {
    const [a, b] = nodes[id].operands.map((operand, side) => {
      const own = side === shared?.side ? known.get(operand) : undefined;
      // Columns are the same for all rows of a block, and read once; they are what takes the time.
      return own ?? (side === 1 ? read(operand, at[side]) : writer.read(operand, at[side]));
    });
    return `${a} * ${b}`;
  });
}

const contracted = (nodes: readonly Node[], node: NodeOf<'matmul'>): number => {
  const shape = nodes[node.operands[0]].shape as readonly number[];
  return shape[shape.length - (node.transposeA ? 2 : 1)];
};

/** Sums of all contractions at the first place, then at the second, and so on. */
function printMatmul(
  writer: Writer,
  nodes: readonly Node[],
  kernel: ContractionKernel,
  node: NodeOf<'matmul'>,
  places: readonly (readonly string[])[],
): string[] {
  const leading = (node.shape as readonly number[]).slice(0, -2);
  const [shapeA, shapeB] = node.operands.map((id) => nodes[id].shape as readonly number[]);
  const place = (operand: readonly number[], transposed: boolean, at: readonly Coordinate[]) => {
    const [major, minor] = stridesOf(operand).slice(-2);
    const matrix = major * operand[operand.length - 2];
    const batch = broadcastStrides(operand.slice(0, -2), leading).map((stride) => stride * matrix);
    return indexAt(at, [...batch, transposed ? minor : major, transposed ? major : minor]);
  };
  const count = kernel.contractions.length * places.length;
  const lanes = writer.fresh('x');
  const spread = places.length > 1 && kernel.shared?.side === 0;
  if (spread) writer.line(`let ${lanes} = this.thread.x;`);
  return accumulate(writer, contracted(nodes, node), count, (turn) => {
    const block: Block | undefined = places.length > 1 ? { reads: new Map(), lanes } : undefined;
    return places.flatMap((coordinates) => {
      const [row, column] = coordinates.slice(-2);
      const batch = coordinates.slice(0, -2);
      const indexA = place(shapeA, node.transposeA, [...batch, row, turn]);
      return printProducts(
        writer,
        nodes,
        kernel,
        [indexA, place(shapeB, node.transposeB, [...batch, turn, column])],
        block,
      );
    });
  });
}
