import { increase } from '../write/integers.js';
import { storeFirst } from '../write/walkRow.js';
import type { FunctionWriter, Local } from '../write/wasmWriter.js';
import type { Side } from './productPlan.js';

/** Terms that are written one after the other, with a branch in between. */
const termsInARow = 8;

/** The variables of a tile: rows and columns of the result that are added up together in registers. */
export interface TileWriting {
  readonly w: FunctionWriter;
  readonly leftSide: Side;
  readonly rightSide: Side;
  /** Bytes from a row of the result to the next, and from a column to the next. */
  readonly rowBytes: number;
  readonly columnBytes: number;
  /** Terms of a piece, and whether there are several. */
  readonly piece: number;
  readonly hasPieces: boolean;
  /** The first term of the piece. */
  readonly depth: Local;
  /** The addresses of the tile's first row, of its first column, of the column's end, and of the tile. */
  readonly leftStart: Local;
  readonly rightStart: Local;
  readonly rightEnd: Local;
  readonly target: Local;
  readonly left: Local;
  readonly right: Local;
  readonly factor: Local;
  readonly sums: readonly Local[];
  readonly loaded: readonly Local[];
}

/** Variables for tiles. */
export function startTiles(
  w: FunctionWriter,
  sizes: Pick<TileWriting, 'leftSide' | 'rightSide' | 'rowBytes' | 'columnBytes' | 'piece' | 'hasPieces'>,
): TileWriting {
  const { leftSide, rightSide } = sizes;
  const vectors = rightSide.width / 4;
  const locals = (count: number) => Array.from({ length: count }, () => w.v128());
  return {
    ...sizes,
    w,
    depth: w.i32(),
    leftStart: w.i32(),
    rightStart: w.i32(),
    rightEnd: w.i32(),
    target: w.i32(),
    left: w.i32(),
    right: w.i32(),
    factor: w.v128(),
    sums: locals(Math.min(leftSide.count, leftSide.width) * vectors),
    loaded: locals(vectors),
  };
}

/** Bytes from a term to the next in what a product reads, and from a row or column to the next. */
export const bytesDown = ({ isPacked, width, down }: Side): number => 4 * (isPacked ? width : down);
const bytesAcross = ({ isPacked, across }: Side): number => 4 * (isPacked ? 1 : across);

/** Adds up a piece's products of some rows and columns, and writes them to the result, or adds them to it. */
export function writeTile(tile: TileWriting, rows: number, columns: number): void {
  const { w, rowBytes, columnBytes, hasPieces, depth, target } = tile;
  const vectors = Math.ceil(columns / 4);
  const sums = tile.sums.slice(0, rows * vectors);
  const offset = (i: number) => rowBytes * Math.floor(i / vectors) + columnBytes * 4 * (i % vectors);
  const lanes = (i: number) => Math.min(4, columns - 4 * (i % vectors));
  addProducts(tile, rows, vectors, sums);
  if (hasPieces) {
    w.get(depth);
    w.when(() => {
      sums.forEach((sum, i) => {
        w.get(sum);
        loadResult(tile, offset(i), lanes(i));
        w.simd('add');
        w.set(sum);
      });
    });
  }
  sums.forEach((sum, i) => {
    if (columnBytes === 4) storeFirst(w, lanes(i), () => w.get(target), sum, offset(i));
    else {
      for (let lane = 0; lane < lanes(i); lane++) {
        w.get(target);
        w.get(sum);
        w.storeLane(lane, offset(i) + columnBytes * lane);
      }
    }
  });
}

/** Pushes up to four elements of a row of the result. */
function loadResult({ w, columnBytes, target }: TileWriting, offset: number, lanes: number): void {
  if (columnBytes === 4) {
    w.get(target);
    w.load(offset);
    return;
  }
  for (let lane = 0; lane < lanes; lane++) w.get(target);
  w.loadSplat(offset);
  for (let lane = 1; lane < lanes; lane++) w.loadLane(lane, offset + columnBytes * lane);
}

function addProducts(tile: TileWriting, rows: number, vectors: number, sums: readonly Local[]): void {
  const { w, leftSide, rightSide, leftStart, rightStart, rightEnd, left, right, factor, loaded, piece } = tile;
  for (const sum of sums) {
    w.floats(0);
    w.set(sum);
  }
  w.get(leftStart);
  w.set(left);
  w.get(rightStart);
  w.set(right);
  const isWhole = rows === leftSide.width && 4 * vectors === rightSide.width;
  w.turns(Math.min(piece, isWhole ? termsInARow : 2), () => {
    for (let v = 0; v < vectors; v++) {
      w.get(right);
      w.load(16 * v);
      w.set(loaded[v]);
    }
    for (let r = 0; r < rows; r++) {
      w.get(left);
      w.loadSplat(bytesAcross(leftSide) * r);
      w.set(factor);
      for (let v = 0; v < vectors; v++) {
        w.get(factor);
        w.get(loaded[v]);
        w.addProduct(sums[r * vectors + v]);
      }
    }
    increase(w, left, bytesDown(leftSide));
    increase(w, right, bytesDown(rightSide));
    w.get(right);
    w.get(rightEnd);
    w.plain('i32Ne');
  });
}
