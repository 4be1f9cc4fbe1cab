import { elementCount, type NodeShapes } from '@vardrop/core/program';
import type { Kernel } from '../kernel.js';
import { broadcastSteps } from '../loop/loop.js';
import { addScaled, increase } from '../write/integers.js';
import { cutItems, placesOf, writeSections } from '../write/tasks.js';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';

/** Sums that are added up together in registers. */
const sumsOfTile = 8;
/** Groups of four terms that are written one after the other, with a branch in between. */
const groupsInARow = 4;
/** Nanoseconds of a term of an element of the result, and of a number in memory. */
const [ofTerm, ofNumber] = [0.05, 0.4];

/** A product whose two matrices have their terms as rows, and of which one has few rows. */
export interface Dots {
  readonly k: number;
  /** The operand with few rows, and the one with many: which of the two it is, the rows of a matrix, and its shape. */
  readonly few: DotRows;
  readonly many: DotRows;
}

interface DotRows {
  readonly tensor: Local;
  readonly count: number;
  /** Elements from an element of the result to that of the next row. */
  readonly across: number;
  readonly leading: readonly number[];
}

/** The variables of a tile of dot products. */
interface DotWriting {
  readonly w: FunctionWriter;
  readonly dots: Dots;
  readonly fewRow: Local;
  readonly manyRow: Local;
  readonly end: Local;
  readonly target: Local;
  readonly pointers: readonly [few: Local, many: Local];
  readonly sums: readonly Local[];
  readonly loaded: readonly Local[];
  readonly factor: Local;
}

/**
 * Products as dot products of rows, `[…, m, k] × [n, k]ᵀ` with few `m` or `n`. Rows are read as they are, each of the larger
 * matrix once from memory, four terms at a time.
 */
export function writeDots({ out }: NodeShapes, dots: Dots): Kernel {
  const { k, few, many } = dots;
  const stack = out.slice(0, -2);
  const matrices = elementCount(stack);
  const w = createFunction(3);
  const fewOfTile = Math.min(few.count, 4);
  const manyOfTile = Math.min(4, Math.floor(sumsOfTile / fewOfTile));
  const tiles = Math.ceil(many.count / manyOfTile);
  const nanoseconds = manyOfTile * k * Math.max(few.count * ofTerm, ofNumber);
  const [item, fewBase, manyBase, result, fewRow, manyRow, end, target, left, right] = Array.from({ length: 10 }, () =>
    w.i32(),
  );
  const vectors = (count: number) => Array.from({ length: count }, () => w.v128());
  const writing: DotWriting = {
    w,
    dots,
    fewRow,
    manyRow,
    end,
    target,
    pointers: [left, right],
    sums: vectors(fewOfTile * manyOfTile),
    loaded: vectors(manyOfTile),
    factor: w.v128(),
  };
  const writeItem = () => {
    const [matrix, tile] = placesOf(w, item, [matrices, tiles]);
    const places = placesOf(w, matrix, stack);
    for (const [base, rows] of [
      [fewBase, few],
      [manyBase, many],
    ] as const) {
      const steps = broadcastSteps(rows.leading, stack);
      w.get(rows.tensor);
      places.forEach((place, axis) => {
        if (steps[axis] > 0) addScaled(w, place, 4 * steps[axis] * rows.count * k);
      });
      w.set(base);
    }
    w.get(manyBase);
    addScaled(w, tile, 4 * manyOfTile * k);
    w.set(manyRow);
    w.get(2);
    addScaled(w, matrix, 4 * few.count * many.count);
    addScaled(w, tile, 4 * manyOfTile * many.across);
    w.set(result);
    const rest = many.count % manyOfTile;
    const writeAll = (count: number) => {
      w.get(fewBase);
      w.set(fewRow);
      w.get(result);
      w.set(target);
      writeTiles(writing, count, fewOfTile);
    };
    if (rest === 0) {
      writeAll(manyOfTile);
      return;
    }
    w.get(tile);
    w.integer(tiles - 1);
    w.plain('i32Ne');
    w.when(() => {
      if (tiles > 1) writeAll(manyOfTile);
      w.plain('else');
      writeAll(rest);
    });
  };
  const cut = cutItems(matrices * tiles, nanoseconds);
  const write = (first: Local, last: Local) => w.loop(item, last, 1, writeItem, first);
  return { phases: [{ code: w, tasks: writeSections(w, [{ cut, write }]) }], results: [out] };
}

/** All dot products of some rows of the larger matrix. */
function writeTiles(writing: DotWriting, many: number, fewOfTile: number): void {
  const { w, dots, fewRow, target } = writing;
  const { k, few } = dots;
  const whole = few.count - (few.count % fewOfTile);
  const turn = (count: number) => {
    writeTile(writing, count, many);
    increase(w, fewRow, 4 * k * count);
    increase(w, target, 4 * few.across * count);
  };
  if (whole === fewOfTile) turn(fewOfTile);
  else w.loop(w.i32(), { constant: whole }, fewOfTile, () => turn(fewOfTile));
  if (whole < few.count) turn(few.count - whole);
}

function writeTile(writing: DotWriting, few: number, many: number): void {
  const { w, dots, fewRow, manyRow, end, target, pointers } = writing;
  const { k } = dots;
  const sums = writing.sums.slice(0, few * many);
  const rest = k % 4;
  for (const sum of sums) {
    w.floats(0);
    w.set(sum);
  }
  w.get(fewRow);
  w.set(pointers[0]);
  w.get(manyRow);
  w.tee(pointers[1]);
  w.integer(4 * (k - rest));
  w.plain('i32Add');
  w.set(end);
  if (k >= 4) {
    w.turns(Math.min(groupsInARow, Math.floor(k / 4)), () => {
      addGroup(writing, few, many, 4);
      for (const pointer of pointers) increase(w, pointer, 16);
      w.get(pointers[1]);
      w.get(end);
      w.plain('i32Ne');
    });
  }
  if (rest > 0) addGroup(writing, few, many, rest);
  sums.forEach((sum, i) => {
    w.get(target);
    for (const lane of [0, 1, 2, 3]) {
      w.get(sum);
      w.lane(lane);
      if (lane % 2 === 1) w.plain('f32Add');
    }
    w.plain('f32Add');
    w.storeFloat(4 * (dots.few.across * Math.floor(i / many) + dots.many.across * (i % many)));
  });
}

/** Adds the products of up to four terms to each sum. */
function addGroup(writing: DotWriting, few: number, many: number, terms: number): void {
  const { w, dots, pointers, sums, loaded, factor } = writing;
  const load = (pointer: Local, row: number, to: Local) => {
    w.get(pointer);
    w.load(4 * dots.k * row);
    if (terms < 4) {
      // What lies behind the row may be NaN.
      w.integers([0, 1, 2, 3].map((lane) => (lane < terms ? -1 : 0)) as [number, number, number, number]);
      w.simd('and');
    }
    w.set(to);
  };
  for (let j = 0; j < many; j++) load(pointers[1], j, loaded[j]);
  for (let i = 0; i < few; i++) {
    load(pointers[0], i, factor);
    for (let j = 0; j < many; j++) {
      w.get(factor);
      w.get(loaded[j]);
      w.addProduct(sums[i * many + j]);
    }
  }
}
