import type { Builder, Value } from './builder.js';
import type { ProgramNode, Shape } from './program.js';

/** The gradient of the elements `start` to `end` of one axis of a value; it is 0 elsewhere. */
export interface GradientPiece {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly value: Value;
}

/**
 * The gradient that a slice gives to its operand, as a piece. Undefined for other operations, and for slices that cut several
 * axes or take steps. `dy` broadcasts to the shape of the slice.
 */
export function gradientPiece(b: Builder, node: ProgramNode, dy: Value): GradientPiece | undefined {
  if (node.op !== 'slice' || node.steps.some((step) => step !== 1)) return undefined;
  const operand = b.node(node.operands[0]).shape;
  const cut = node.shape.flatMap((count, axis) => (count === operand[axis] ? [] : [axis]));
  if (cut.length !== 1 || node.shape.includes(0)) return undefined;
  const [axis] = cut;
  const start = node.starts[axis];
  return { axis, start, end: start + (node.shape[axis] as number), value: b.broadcast(dy, node.shape) };
}

/**
 * The sum of pieces, of `shape`. Pieces side by side are joined. To pad each of n pieces and add them up would take n passes over
 * the whole value: time quadratic in the length of a sequence that is read step by step.
 */
export function addPieces(b: Builder, pieces: readonly GradientPiece[], shape: Shape): Value {
  const rows: GradientPiece[][] = [];
  for (const piece of addEqualRanges(b, pieces)) {
    const row = rows.find((earlier) => {
      const last = earlier[earlier.length - 1];
      return last.axis === piece.axis && last.end <= piece.start;
    });
    if (row) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => joinPieces(b, row, shape)).reduce((sum, each) => b.add(sum, each));
}

/** One piece for each range, from the first range to the last. */
function addEqualRanges(b: Builder, pieces: readonly GradientPiece[]): readonly GradientPiece[] {
  const sums = new Map<string, GradientPiece>();
  for (const piece of pieces) {
    const range = `${piece.axis} ${piece.start} ${piece.end}`;
    const earlier = sums.get(range);
    sums.set(range, earlier ? { ...piece, value: b.add(earlier.value, piece.value) } : piece);
  }
  return [...sums.values()].sort((x, y) => x.axis - y.axis || x.start - y.start);
}

/** Pieces of one axis that do not overlap, in order, with zeros in the places between them. */
function joinPieces(b: Builder, pieces: readonly GradientPiece[], shape: Shape): Value {
  const [{ axis, start }] = pieces;
  const { end } = pieces[pieces.length - 1];
  const zeros = (count: number) => b.constant(0, withLength(shape, axis, count));
  const parts = pieces.flatMap((piece, i) => {
    const gap = piece.start - (pieces[i - 1] ?? { end: start }).end;
    return gap === 0 ? [piece.value] : [zeros(gap), piece.value];
  });
  const ranges = shape.map((length, i) =>
    i === axis ? { before: start, after: (length as number) - end } : undefined,
  );
  return b.pad(b.concatenate(parts, axis), ranges);
}

function withLength(shape: Shape, axis: number, length: number): Shape {
  return shape.map((n, i) => (i === axis ? length : n));
}
