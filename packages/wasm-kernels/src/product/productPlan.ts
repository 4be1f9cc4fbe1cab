import { elementCount, type NodeShapes } from '@vardrop/core/program';
import { broadcastSteps } from '../loop/loop.js';
import { type Cut, cutItems } from '../write/tasks.js';

/**
 * The most products that are added up in one sum. Sums of partial sums lose less accuracy, and a panel of so many rows
 * fits the cache.
 */
const longestSum = 512;
/** Rows of the result that are added up together in registers. */
const rowsOfTile = 4;
/** From this many rows on, a copy of the right matrix in panels saves time. */
const rowsWorthPacking = 16;
/** Up to this many bytes of the right matrix stay in the first cache as they are. */
const smallMatrix = 1 << 14;
/** Up to this many terms a tile takes little time, and neighbours in memory should be written together. */
const fewTerms = 32;
/** Rows and columns of a unit of work, whose parts of both matrices fit the second cache. */
const sideOfUnit = 128;
/** Estimates for the number of tasks: nanoseconds of a term of an element of the result, and of a number in memory. */
const [ofTerm, ofNumber] = [0.05, 0.4];
/** So many units give several threads equal work, if the units take so many nanoseconds at least. */
const [enoughUnits, shortestUnit] = [16, 20_000];

/** The flags of a product's node. */
export interface ProductFlags {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** How a product reads one of its matrices: in panels of some rows of the left one, or columns of the right one. */
export interface Side {
  /** The rows or columns of the matrix, and those of a panel. The last panel may have fewer. */
  readonly count: number;
  readonly width: number;
  readonly panels: number;
  /** Whether panels are copied first: for each term a panel's elements one after the other. */
  readonly isPacked: boolean;
  /** Elements in the operand from a row or column to the next, and from a term to the next. */
  readonly across: number;
  readonly down: number;
  /** The number of matrices in the operand, and of the elements of each copy. */
  readonly matrices: number;
  readonly packed: number;
  /** For each leading axis of the result, the step from a matrix to the next. */
  readonly steps: readonly number[];
}

/** Sizes of a product `[…, m, k] × [k, n]`, and how its work is cut into units and tasks. */
export interface ProductPlan {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** The number of products in one sum, and the number of such pieces. The last piece may be shorter. */
  readonly piece: number;
  readonly pieces: number;
  readonly left: Side;
  readonly right: Side;
  /** The leading axes of the result. */
  readonly stack: readonly number[];
  /** A unit has so many panels of rows and of columns. There are so many of those parts. */
  readonly rowsOfUnit: number;
  readonly columnsOfUnit: number;
  readonly rowParts: number;
  readonly columnParts: number;
  readonly units: Cut;
}

/** Plans a product of matrices or stacks of matrices. */
export function planProduct({ out, operands: [a, b] }: NodeShapes, flags: ProductFlags): ProductPlan {
  const [m, n] = out.slice(-2);
  const k = a[a.length - (flags.transposeA ? 2 : 1)];
  const stack = out.slice(0, -2);
  const pieces = Math.ceil(k / longestSum);
  const piece = Math.ceil(k / pieces);
  const side = (count: number, width: number, isPacked: boolean, isAlong: boolean, operand: readonly number[]) => ({
    count,
    width,
    panels: Math.ceil(count / width),
    isPacked,
    across: isAlong ? 1 : k,
    down: isAlong ? count : 1,
    matrices: elementCount(operand.slice(0, -2)),
    packed: Math.ceil(count / width) * width * k,
    steps: broadcastSteps(operand.slice(0, -2), stack),
  });
  const packsLeft = flags.transposeA && k > fewTerms;
  const packsRight = flags.transposeB || (m >= rowsWorthPacking && 4 * k * n > smallMatrix);
  const left = side(m, rowsOfTile, packsLeft, flags.transposeA, a);
  const right = side(n, m <= 2 ? 16 : 8, packsRight, !flags.transposeB, b);
  const numbers = elementCount(out) + left.matrices * m * k + right.matrices * k * n;
  const nanoseconds = Math.max(elementCount(out) * k * ofTerm, numbers * ofNumber);
  return {
    m,
    n,
    k,
    piece,
    pieces: Math.ceil(k / piece),
    left,
    right,
    stack,
    ...cut(left, right, stack, k, nanoseconds),
  };
}

/** Cuts a product that takes about so many nanoseconds into units, and puts those into tasks. */
function cut(left: Side, right: Side, stack: readonly number[], k: number, nanoseconds: number) {
  const matrices = elementCount(stack);
  const wanted = Math.min(enoughUnits, nanoseconds / shortestUnit);
  let rows = k <= fewTerms ? 4 : sideOfUnit / rowsOfTile;
  let columns = k <= fewTerms ? right.panels : sideOfUnit / right.width;
  const parts = (panels: number, most: number) => Math.ceil(panels / Math.min(panels, most));
  const count = () => matrices * parts(left.panels, rows) * parts(right.panels, columns);
  while (count() < wanted && rows > 4) rows /= 2;
  while (count() < wanted && columns > 2) columns = Math.ceil(columns / 2);
  const rowsOfUnit = Math.ceil(left.panels / parts(left.panels, rows));
  const columnsOfUnit = Math.ceil(right.panels / parts(right.panels, columns));
  const [rowParts, columnParts] = [Math.ceil(left.panels / rowsOfUnit), Math.ceil(right.panels / columnsOfUnit)];
  const units = matrices * rowParts * columnParts;
  return { rowsOfUnit, columnsOfUnit, rowParts, columnParts, units: cutItems(units, nanoseconds / units) };
}
