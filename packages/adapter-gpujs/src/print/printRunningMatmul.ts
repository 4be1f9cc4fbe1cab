import type { BoundNode, ContractionKernel, NodeId } from '@vardrop/core/program';
import { accumulateRunning, type RunningIndex } from './accumulateRunning.js';
import type { Blocks, KernelSource } from './kernelSource.js';
import { matmulOperand } from './matmulOperand.js';
import { printEpilogue } from './printEpilogue.js';
import { type Common, printProducts } from './printProducts.js';
import { indexAt, spreadThreads } from './threads.js';
import { createWriter, type Writer } from './writer.js';

/** From so many products on, four numbers a thread are worth putting the result in order on the host. */
const worthBlocks = 2 ** 20;

/**
 * Prints the matrix products of a kernel for webasm, in one loop, and its epilogue after it. Of large products, a
 * thread returns four numbers. The four lanes of a vector are threads next to each other in the other direction. They
 * gather the operand that the four numbers have in common, and read the other operand one number at a time, for all
 * lanes.
 */
export function printRunningMatmul(nodes: readonly BoundNode[], kernel: ContractionKernel): KernelSource {
  const writer = createWriter('webasm');
  const { shape } = kernel;
  const leading = shape.slice(0, -2);
  const [rows, columns] = shape.slice(-2);
  const axis = blockAxis(nodes, kernel);
  const spread = {
    rows: [...leading, Math.ceil(rows / 4), columns],
    columns: [...leading, Math.ceil(columns / 4), rows],
  };
  const threads = spreadThreads(writer, axis ? spread[axis] : shape);
  const batch = threads.coordinates.slice(0, -2);
  const [major, minor] = threads.coordinates.slice(-2);
  const inBlock = (i: number) => (major === '0' ? `${i}` : `${major} * 4 + ${i}`);
  const places = (axis ? [0, 1, 2, 3] : [0]).map((i): readonly string[] => {
    if (!axis) return [...batch, major, minor];
    return axis === 'rows' ? [...batch, inBlock(i), minor] : [...batch, minor, inBlock(i)];
  });
  const sums = printSums(writer, nodes, kernel, places, axis);
  const count = kernel.contractions.length;
  const returned = places.map((place, i) =>
    printEpilogue(writer, nodes, kernel, place, sums.slice(i * count, (i + 1) * count)),
  );
  const [result] = kernel.outputs;
  return axis
    ? writer.finish(result, threads, `[${returned.join(', ')}]`, { axis, rows, columns })
    : writer.finish(result, threads, returned[0]);
}

/**
 * The axis along which a thread's four numbers lie. Undefined if there is too little to do, or if sums are so long that
 * the last block would read past the end of gpu.js's memory. The operand that contractions share, and square, is best
 * gathered. Without one it is the right operand, unless only the number of rows is divisible by four.
 */
function blockAxis(nodes: readonly BoundNode[], kernel: ContractionKernel): Blocks['axis'] | undefined {
  const { shape } = kernel;
  const [rows, columns] = shape.slice(-2);
  const { length } = matmulOperand(nodes, kernel.contractions[0], 0);
  const fits = shape.slice(0, -2).every((each) => each === 1) && rows >= 8 && columns >= 4 && length <= 2 ** 16;
  if (!fits || rows * columns * length < worthBlocks) return undefined;
  if (kernel.shared) return kernel.shared.side === 0 ? 'columns' : 'rows';
  return columns % 4 !== 0 && rows % 4 === 0 ? 'columns' : 'rows';
}

/** Sums of all contractions at the first place, then at the second, and so on. */
function printSums(
  writer: Writer,
  nodes: readonly BoundNode[],
  kernel: ContractionKernel,
  places: readonly (readonly string[])[],
  axis: Blocks['axis'] | undefined,
): string[] {
  const starts: { readonly start: string; readonly stride: number }[] = [];
  const operands = kernel.contractions.map((id) =>
    ([0, 1] as const).map((side) => {
      const { batch, own, along: stride } = matmulOperand(nodes, id, side);
      const [place] = places;
      const start = indexAt([...place.slice(0, -2), place[place.length - 2 + side]], [...batch, own]);
      // From one place to the next, this operand moves on by a row or column, or stays where it is.
      const next = axis === (side === 0 ? 'rows' : 'columns') ? own : 0;
      let at = starts.findIndex((known) => known.start === start && known.stride === stride);
      if (at < 0) at = starts.push({ start, stride }) - 1;
      return { at, next };
    }),
  );
  const count = kernel.contractions.length * places.length;
  const { length } = matmulOperand(nodes, kernel.contractions[0], 0);
  return accumulateRunning(writer, length, count, starts, (indices: readonly RunningIndex[]) => {
    const common: Common | undefined = axis && { side: axis === 'rows' ? 1 : 0, names: new Map() };
    return places.flatMap((_, i) => {
      const indexOf = (id: NodeId, side: 0 | 1) => {
        const { at, next } = operands[kernel.contractions.indexOf(id)][side];
        return indices[at](i * next);
      };
      return printProducts(writer, nodes, kernel, indexOf, common);
    });
  });
}
