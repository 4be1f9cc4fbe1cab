import { elementCount, type SlidingWindow } from '@vardrop/core/program';
import { assign, increase, scaled } from '../write/integers.js';
import { placesOf } from '../write/tasks.js';
import type { FunctionWriter, Local } from '../write/wasmWriter.js';

type Pooling = SlidingWindow & { readonly size: readonly [number, number] };

/**
 * A walk over the windows of an image `[batch, height, width, channels]`, four channels per turn: its sizes and its
 * variables.
 */
export interface WindowWalk {
  readonly w: FunctionWriter;
  readonly pooling: Pooling;
  readonly image: readonly number[];
  readonly pooled: readonly number[];
  /** The row of windows, counted through all samples, and its sample. */
  readonly line: Local;
  readonly sample: Local;
  readonly column: Local;
  /** Row and column of the cell within its window. */
  readonly i: Local;
  readonly j: Local;
  /** Offset of the first of the four channels, in bytes. */
  readonly channel: Local;
  /** Row and column of the image at which the window starts. */
  readonly top: Local;
  readonly left: Local;
  readonly y: Local;
  readonly x: Local;
  /** Offset of the image's pixel, inside `visitCells`, in bytes. Add `channel`, and the cell's offset. */
  readonly cell: Local;
  /** Offset of the pooled image's pixel, in bytes. Add `channel`. */
  readonly window: Local;
  /** The number of channels in a turn of fewer than four. */
  readonly rest: Local;
}

/** Creates a walk that is written into `w`. */
export function createWindowWalk(
  w: FunctionWriter,
  pooling: Pooling,
  image: readonly number[],
  pooled: readonly number[],
): WindowWalk {
  const [line, sample, column, i, j, channel] = Array.from({ length: 6 }, () => w.i32());
  const [top, left, y, x, cell, window, rest] = Array.from({ length: 7 }, () => w.i32());
  return { w, pooling, image, pooled, line, sample, column, i, j, channel, top, left, y, x, cell, window, rest };
}

/** Pushes the address of the turn's channels of a tensor, at `walk.cell` or `walk.window`. */
export function addressOf({ w, channel }: WindowWalk, tensor: number, position: Local): void {
  w.get(tensor);
  w.get(position);
  w.plain('i32Add');
  w.get(channel);
  w.plain('i32Add');
}

/** Sets `to` to `counter · scale` plus the value that `plus` pushes. */
function affine(w: FunctionWriter, to: Local, counter: Local, scale: number, plus: () => void): void {
  scaled(w, counter, scale);
  plus();
  w.plain('i32Add');
  w.set(to);
}

/**
 * Writes the walk over the windows of some rows, counted through all samples: `start` at each window, then `turn` for its channels,
 * with `isPartial` if they are fewer than four.
 */
export function walkWindows(
  walk: WindowWalk,
  [first, end]: readonly [Local, Local],
  start: () => void,
  turn: (isPartial: boolean) => void,
): void {
  const { w, pooling, image, pooled, line, sample, column, top, left, window, cell } = walk;
  const { strides, padding } = pooling;
  const [batch, , , channels] = image;
  const [, rows, columns] = pooled;
  const walkLine = () => {
    const [of, row] = placesOf(w, line, [batch, rows]);
    w.get(of);
    w.set(sample);
    affine(w, top, row, strides[0], () => w.integer(-padding[0]));
    w.loop(column, { constant: columns }, 1, () => {
      affine(w, left, column, strides[1], () => w.integer(-padding[2]));
      affine(w, window, line, columns, () => w.get(column));
      scaled(w, window, 4 * channels);
      w.set(window);
      if (isInside(walk)) {
        // ((sample · height + top) · width + left) · channels · 4
        affine(w, cell, sample, image[1], () => w.get(top));
        affine(w, cell, cell, image[2], () => w.get(left));
        scaled(w, cell, 4 * channels);
        w.set(cell);
      }
      start();
      walkChannels(walk, channels, turn);
    });
  };
  w.loop(line, end, 1, walkLine, first);
}

/** A low estimate of the time for a row of windows. */
export const nanosecondsPerLine = ({ pooling, pooled: [, , columns, channels] }: WindowWalk): number =>
  columns * channels * elementCount(pooling.size);

function walkChannels({ w, channel, rest }: WindowWalk, channels: number, turn: (isPartial: boolean) => void): void {
  const whole = channels - (channels % 4);
  if (whole > 0) w.loop(channel, { constant: 4 * whole }, 16, () => turn(false));
  if (whole < channels) {
    assign(w, channel, 4 * whole);
    assign(w, rest, channels - whole);
    turn(true);
  }
}

/** The most cells of a window whose code is written out. */
const mostCells = 16;

/** Whether all windows are small and inside the image. Then cells have fixed distances, and no place is computed. */
const isInside = ({ pooling: { padding, size } }: WindowWalk): boolean =>
  padding.every((n) => n === 0) && elementCount(size) <= mostCells;

/** A cell of the current window. */
export interface Cell {
  /** Its distance from `walk.cell`, in bytes. */
  readonly offset: number;
  /** Pushes a vector with four times its number within the window. */
  pushIndex(): void;
}

/** Runs `visit` for each cell of the current window that is inside the image, in row-major order. */
export function visitCells(walk: WindowWalk, visit: (cell: Cell) => void): void {
  const { w, pooling, image, sample, i, j, top, left, y, x, cell } = walk;
  const [, height, width, channels] = image;
  const [rows, columns] = pooling.size;
  if (isInside(walk)) {
    for (let index = 0; index < rows * columns; index++) {
      const [row, column] = [Math.floor(index / columns), index % columns];
      const offset = 4 * channels * (row * width + column);
      visit({ offset, pushIndex: () => w.integers([index, index, index, index]) });
    }
    return;
  }
  const pushIndex = () => {
    scaled(w, i, columns);
    w.get(j);
    w.plain('i32Add');
    w.simd('i32x4Splat');
  };
  /** Runs `body` for each turn of a loop whose position `start + counter` is inside the image. */
  const inside = (counter: Local, count: number, start: Local, place: Local, length: number, body: () => void) =>
    w.loop(counter, { constant: count }, 1, () => {
      w.get(start);
      w.get(counter);
      w.plain('i32Add');
      w.tee(place);
      w.integer(length);
      // As an unsigned number, a negative row is larger than any valid one.
      w.plain('i32LtU');
      w.when(body);
    });
  inside(i, rows, top, y, height, () =>
    inside(j, columns, left, x, width, () => {
      // ((sample · height + y) · width + x) · channels · 4
      affine(w, cell, sample, height, () => w.get(y));
      affine(w, cell, cell, width, () => w.get(x));
      scaled(w, cell, 4 * channels);
      w.set(cell);
      visit({ offset: 0, pushIndex });
    }),
  );
}

/** Counts the cells of the current window that are inside the image. */
export function countCells(walk: WindowWalk, into: Local): void {
  assign(walk.w, into, isInside(walk) ? elementCount(walk.pooling.size) : 0);
  if (!isInside(walk)) visitCells(walk, () => increase(walk.w, into, 1));
}
