import { elementCount, type NodeShapes } from '@vardrop/core/program';
import type { Kernel, Phase } from '../kernel.js';
import { addScaled, assign, increase, limit, scaled } from '../write/integers.js';
import { placesOf, writeSections } from '../write/tasks.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { type ProductFlags, type ProductPlan, planProduct, type Side } from './productPlan.js';
import { writeDots } from './writeDots.js';
import { type PackedCopy, packingSection } from './writePacking.js';
import { bytesDown, startTiles, type TileWriting, writeTile } from './writeTile.js';

/** Addresses of the result and of scratch memory. */
const [resultTensor, scratchTensor] = [2, 3];
/** With fewer rows a copy of the larger matrix takes as long as the product. */
const fewRows = 16;
/** Up to so many terms, products of rows are dot products. */
const longestDot = 8192;

/** Products of matrices or stacks of matrices, `[…, m, k] × […, k, n]`; leading axes broadcast. */
export function writeMatmul(given: NodeShapes, flags: ProductFlags): Kernel {
  const shapes = withoutSharedStack(given, flags);
  const {
    out,
    operands: [a, b],
  } = shapes;
  const [m, n] = out.slice(-2);
  const k = a[a.length - (flags.transposeA ? 2 : 1)];
  const results = [given.out];
  if (flags.transposeA && m > n && n < fewRows) {
    // Aᵀ B = (Bᵀ A)ᵀ. The larger matrix is read as it is.
    const columns = n === 1 ? [...b.slice(0, -2), 1, k] : b;
    const turned = { out: [...out.slice(0, -2), n, m], operands: [columns, a] };
    return { ...writePanels(turned, { transposeA: n > 1 && !flags.transposeB, transposeB: false }, true), results };
  }
  const hasRows = (!flags.transposeA || m === 1) && (flags.transposeB || n === 1);
  if (hasRows && k <= longestDot && (m < fewRows || n === 1)) {
    const left = { tensor: 0, count: m, across: n, leading: a.slice(0, -2) };
    const right = { tensor: 1, count: n, across: 1, leading: b.slice(0, -2) };
    const dots = n === 1 && m > 1 ? { k, few: right, many: left } : { k, few: left, many: right };
    return { ...writeDots(shapes, dots), results };
  }
  return { ...writePanels(shapes, flags, false), results };
}

/** Turns a stack of left matrices with the same right matrix into one tall matrix. */
function withoutSharedStack({ out, operands: [a, b] }: NodeShapes, { transposeA }: ProductFlags): NodeShapes {
  if (transposeA || elementCount(b.slice(0, -2)) > 1) return { out, operands: [a, b] };
  const n = out[out.length - 1];
  const k = a[a.length - 1];
  const rows = elementCount(out) / n;
  return { out: [rows, n], operands: [[rows, k], b.slice(-2)] };
}

/**
 * Tiles of four rows by eight columns of a result are added up in registers. Where it saves time, the matrices are copied
 * as panels first, in which a tile's rows or columns are one after the other: rows that are a power of two apart would
 * compete for the same cache lines. Transposed matrices are copied in the same way. If `isTurned`, the first matrix is the
 * kernel's second operand, and the result is written transposed.
 */
function writePanels(shapes: NodeShapes, flags: ProductFlags, isTurned: boolean): Kernel {
  const plan = planProduct(shapes, flags);
  const { left, right } = plan;
  const sides = [left, right];
  const sizes = sides.map(({ isPacked, matrices, packed }) => (isPacked ? matrices * packed : 0));
  const scratch = sizes[0] + sizes[1];
  const addresses = scratch === 0 ? 3 : 4;
  const copies = sides.map(({ isPacked }, i): PackedCopy | undefined =>
    isPacked ? { tensor: scratchTensor, start: i === 0 ? 0 : sizes[0] } : undefined,
  );
  return {
    phases: [
      ...(scratch === 0 ? [] : [packingPhase(plan, tensorsOf(isTurned), copies)]),
      multiplyPhase(plan, addresses, isTurned, copies),
    ],
    results: [shapes.out],
    ...(scratch === 0 ? {} : { scratch }),
  };
}

/** The operands in the order of the product. */
const tensorsOf = (isTurned: boolean): readonly Local[] => (isTurned ? [1, 0] : [0, 1]);

/** Copies the matrices that are read in panels. */
function packingPhase(
  { left, right, k }: ProductPlan,
  tensors: readonly Local[],
  copies: readonly (PackedCopy | undefined)[],
): Phase {
  const w = createFunction(scratchTensor + 1);
  const sections = copies.flatMap((copy, i) =>
    copy === undefined ? [] : [packingSection(w, [left, right][i], k, tensors[i], copy)],
  );
  return { code: w, tasks: writeSections(w, sections) };
}

/** The variables of a unit of work. */
interface UnitWriting {
  readonly plan: ProductPlan;
  readonly tile: TileWriting;
  /** Addresses of the unit's two matrices and its result. */
  readonly bases: readonly Local[];
  /** The unit's panels of rows and columns, from the first to the end. */
  readonly row: Local;
  readonly rowFirst: Local;
  readonly rowEnd: Local;
  readonly column: Local;
  readonly columnFirst: Local;
  readonly columnEnd: Local;
}

function multiplyPhase(
  plan: ProductPlan,
  addresses: number,
  isTurned: boolean,
  copies: readonly (PackedCopy | undefined)[],
): Phase {
  const { k, m, n, piece, pieces, rowParts, columnParts, units, stack } = plan;
  const w = createFunction(addresses);
  const locals = (count: number) => Array.from({ length: count }, () => w.i32());
  const [unit, row, rowFirst, rowEnd, column, columnFirst, columnEnd] = locals(7);
  const tile = startTiles(w, {
    leftSide: plan.left,
    rightSide: plan.right,
    rowBytes: isTurned ? 4 : 4 * n,
    columnBytes: isTurned ? 4 * m : 4,
    piece,
    hasPieces: pieces > 1,
  });
  const writing = { plan, tile, bases: locals(3), row, rowFirst, rowEnd, column, columnFirst, columnEnd };
  const writeUnit = () => {
    const [matrix, rowPart, columnPart] = placesOf(w, unit, [elementCount(stack), rowParts, columnParts]);
    takePart(w, rowPart, rowFirst, rowEnd, plan.rowsOfUnit, plan.left.panels);
    takePart(w, columnPart, columnFirst, columnEnd, plan.columnsOfUnit, plan.right.panels);
    locateMatrices(w, writing, matrix, tensorsOf(isTurned), copies);
    w.loop(tile.depth, { constant: k }, piece, () => writeColumns(w, writing));
  };
  const section = { cut: units, write: (first: Local, end: Local) => w.loop(unit, end, 1, writeUnit, first) };
  return { code: w, tasks: writeSections(w, [section]) };
}

/** Sets the first panel of a part, and the end. */
function takePart(
  w: FunctionWriter,
  part: Local,
  first: Local,
  end: Local,
  panelsOfPart: number,
  panels: number,
): void {
  scaled(w, part, panelsOfPart);
  w.tee(first);
  w.integer(panelsOfPart);
  w.plain('i32Add');
  w.set(end);
  limit(w, end, 'smaller', () => w.integer(panels));
}

/** Sets the addresses of a unit's matrices from their number in the stack. */
function locateMatrices(
  w: FunctionWriter,
  { plan, bases }: UnitWriting,
  matrix: Local,
  tensors: readonly Local[],
  copies: readonly (PackedCopy | undefined)[],
): void {
  const { m, n, k, left, right, stack } = plan;
  const places = placesOf(w, matrix, stack);
  [left, right].forEach(({ steps, packed, count }, i) => {
    const copy = copies[i];
    w.get(copy?.tensor ?? tensors[i]);
    w.integer(4 * (copy?.start ?? 0));
    w.plain('i32Add');
    places.forEach((place, axis) => {
      if (steps[axis] > 0) addScaled(w, place, 4 * steps[axis] * (copy === undefined ? count * k : packed));
    });
    w.set(bases[i]);
  });
  w.get(resultTensor);
  addScaled(w, matrix, 4 * m * n);
  w.set(bases[2]);
}

/** Bytes from a panel to the next in what a product reads. */
const bytesOfPanel = ({ isPacked, width, across }: Side, k: number): number => 4 * width * (isPacked ? k : across);

/** All tiles of a unit, for a piece of the terms. */
function writeColumns(w: FunctionWriter, writing: UnitWriting): void {
  const { plan, tile, bases, column, columnFirst, columnEnd } = writing;
  const { k, n, piece, pieces, right } = plan;
  const whole = Math.floor(n / right.width);
  const start = () => {
    w.get(bases[1]);
    addScaled(w, column, bytesOfPanel(right, k));
    addScaled(w, tile.depth, bytesDown(right));
    w.tee(tile.rightStart);
    w.integer(piece * bytesDown(right));
    w.plain('i32Add');
    w.set(tile.rightEnd);
    if (pieces * piece > k) {
      limit(w, tile.rightEnd, 'smaller', () => {
        w.get(tile.rightStart);
        w.integer(k);
        w.get(tile.depth);
        w.plain('i32Sub');
        w.integer(bytesDown(right));
        w.plain('i32Mul');
        w.plain('i32Add');
      });
    }
  };
  eachPanel(w, column, columnFirst, columnEnd, whole, n % right.width > 0, (isWhole) => {
    start();
    writeRows(w, writing, isWhole ? right.width : n % right.width);
  });
}

/** All tiles of some columns. */
function writeRows(w: FunctionWriter, writing: UnitWriting, columns: number): void {
  const { plan, tile, bases, row, rowFirst, rowEnd, column } = writing;
  const { k, m, left, right } = plan;
  const whole = Math.floor(m / left.width);
  w.get(bases[0]);
  addScaled(w, rowFirst, bytesOfPanel(left, k));
  addScaled(w, tile.depth, bytesDown(left));
  w.set(tile.leftStart);
  w.get(bases[2]);
  addScaled(w, rowFirst, tile.rowBytes * left.width);
  addScaled(w, column, tile.columnBytes * right.width);
  w.set(tile.target);
  eachPanel(w, row, rowFirst, rowEnd, whole, m % left.width > 0, (isWhole) => {
    writeTile(tile, isWhole ? left.width : m % left.width, columns);
    increase(w, tile.leftStart, bytesOfPanel(left, k));
    increase(w, tile.target, tile.rowBytes * left.width);
  });
}

/** Runs `body` for the panels from `first` to `end`, of which there are `whole` in all, and then perhaps a smaller one. */
function eachPanel(
  w: FunctionWriter,
  panel: Local,
  first: Local,
  end: Local,
  whole: number,
  hasRest: boolean,
  body: (isWhole: boolean) => void,
): void {
  if (whole > 0) {
    const wholeEnd = w.i32();
    assign(w, wholeEnd, whole);
    limit(w, wholeEnd, 'smaller', () => w.get(end));
    w.get(first);
    w.get(wholeEnd);
    w.plain('i32LtU');
    w.when(() => w.loop(panel, wholeEnd, 1, () => body(true), first));
  }
  if (!hasRest) return;
  w.get(end);
  w.integer(whole);
  w.plain('i32GtU');
  w.when(() => {
    assign(w, panel, whole);
    body(false);
  });
}
