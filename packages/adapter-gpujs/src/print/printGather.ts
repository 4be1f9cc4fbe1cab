import { type BoundNode, type BoundShape, elementCount, type NodeId, type NodeOf } from '@vardrop/core/program';
import type { GpujsMode } from '../gpujs/mode.js';
import type { KernelSource, ValueId } from './kernelSource.js';
import { chooseParts, type Parts, repeatPart } from './parts.js';
import { printSum } from './printReduction.js';
import { declareSums, piece } from './sums.js';
import { indexAt, spreadThreads } from './threads.js';
import { createWriter } from './writer.js';

const sizesOf = (table: readonly number[]) => [table[0], elementCount(table.slice(1))] as const;

/** Rows of a table by number: a thread an element. What is no number of a row reads the first one, and leaves it. */
export function printGather(
  nodes: readonly BoundNode[],
  result: NodeId,
  { operands: [table, indices] }: NodeOf<'gather', BoundShape>,
  mode: GpujsMode,
): KernelSource {
  const [rows, width] = sizesOf(nodes[table].shape);
  const writer = createWriter(mode);
  const threads = spreadThreads(writer, [elementCount(nodes[indices].shape), width]);
  const [at, column] = threads.coordinates;
  const zero = writer.number(0);
  const given = writer.define(writer.read(indices, at));
  const known = writer.define(
    `(${given} >= ${zero} && ${given} < ${writer.number(rows)} && Math.floor(${given}) === ${given} ? ${writer.number(1)} : ${zero})`,
  );
  const row = writer.define(`(${known} > ${zero} ? ${given} : ${zero})`);
  const value = writer.define(writer.read(table, indexAt([row, column], [width, 1])));
  return writer.finish(result, threads, `(${known} > ${zero} ? ${value} : ${zero})`);
}

/** Terms to which a thread leaves the rest to others, so that no term goes through too many additions. */
const longest = 2 ** 17;

/** Elements of the table from which on looking through all numbers for each of them takes longer than marking. */
const worthMarks = 8;

/**
 * Sums of rows of one number: a thread an element of the table goes through the numbers in order, 64 at a time. Rows of many
 * elements have a kernel before that one, which finds out for each row among which 64 its number is, so that threads pass over
 * the others.
 *
 * @param between a value for what lies between two kernels
 * @param mostTurns of a thread
 */
export function printGatherGradient(
  nodes: readonly BoundNode[],
  result: NodeId,
  node: NodeOf<'gatherGradient', BoundShape>,
  between: () => ValueId,
  mode: GpujsMode,
  mostTurns: number,
): KernelSource[] {
  const [rows, width] = sizesOf(node.shape);
  const count = elementCount(nodes[node.operands[0]].shape);
  const pieces = Math.ceil(count / piece);
  const sizes = { rows, width, count, pieces };
  const most = Math.min(mostTurns, longest);
  const marks = width >= worthMarks && pieces > 1 ? between() : undefined;
  const before = marks === undefined ? [] : [printMarks(node, sizes, marks, mode)];
  const print = (counts: readonly number[], to: ValueId) => printAdded(node, sizes, marks, counts, to, mode);
  const whole = print([], result);
  if (whole.turns <= most) return [...before, whole];
  const counts = chooseParts([pieces], most, (tried) => print(tried, result).turns);
  const parts = between();
  return [
    ...before,
    print(counts, parts),
    ...printSum(mode, parts, [...counts, rows, width], [0], result, between, mostTurns),
  ];
}

interface Sizes {
  readonly rows: number;
  /** Elements of a row. */
  readonly width: number;
  /** Numbers of rows. */
  readonly count: number;
  readonly pieces: number;
}

/** How often each row's number is among each 64 numbers: `[pieces, rows]`. */
function printMarks(
  { operands: [indices] }: NodeOf<'gatherGradient', BoundShape>,
  { rows, count, pieces }: Sizes,
  result: ValueId,
  mode: GpujsMode,
): KernelSource {
  const writer = createWriter(mode);
  const threads = spreadThreads(writer, [pieces, rows]);
  const [at, row] = threads.coordinates;
  const own = writer.define(row);
  const [found] = declareSums(writer, 1);
  eachNumber(count, writer, at, (i) => {
    writer.line(
      `${found} = ${found} + (${writer.read(indices, i)} === ${own} ? ${writer.number(1)} : ${writer.number(0)});`,
    );
  });
  return writer.finish(result, threads, found);
}

/** One kernel. Where its loop is cut, its result has an axis of the parts before its own. */
function printAdded(
  { operands: [indices, dy] }: NodeOf<'gatherGradient', BoundShape>,
  { rows, width, count, pieces }: Sizes,
  marks: ValueId | undefined,
  counts: readonly number[],
  result: ValueId,
  mode: GpujsMode,
): KernelSource {
  const writer = createWriter(mode);
  const threads = spreadThreads(writer, [...counts, rows, width]);
  const parts: Parts = { counts, coordinates: threads.coordinates.slice(0, counts.length) };
  const [row, column] = threads.coordinates.slice(counts.length);
  const own = writer.define(row);
  const [total] = declareSums(writer, 1);
  repeatPart(writer, parts, 0, pieces, (at) => {
    if (marks !== undefined)
      writer.line(`if (${writer.read(marks, indexAt([at, row], [rows, 1]))} > ${writer.number(0)}) {`);
    const [sum] = declareSums(writer, 1);
    eachNumber(count, writer, at, (i) => {
      writer.line(`if (${writer.read(indices, i)} === ${own}) {`);
      writer.line(`${sum} = ${sum} + ${writer.read(dy, indexAt([i, column], [width, 1]))};`);
      writer.line('}');
    });
    writer.line(`${total} = ${total} + ${sum};`);
    if (marks !== undefined) writer.line('}');
  });
  return writer.finish(result, threads, total);
}

/** Prints what is done with each of the numbers of a piece; `visit` is given where one stands. */
function eachNumber(
  count: number,
  writer: ReturnType<typeof createWriter>,
  at: string,
  visit: (i: string) => void,
): void {
  const size = Math.min(piece, count);
  writer.repeat(size, (turn) => {
    const i = `${indexAt([at], [size])} + ${turn}`;
    if (count % size === 0) return visit(i);
    writer.line(`if (${i} < ${count}) {`);
    visit(i);
    writer.line('}');
  });
}
