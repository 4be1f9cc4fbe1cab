import type { SlidingWindow } from '@vardrop/core/program';
import type { FunctionWriter, Local } from '../wasmWriter.js';

/** A walk over the windows of an image `[batch, height, width, channels]`, four channels a turn. */
export interface WindowWalk {
  /** First of the four channels, in bytes. */
  readonly channel: Local;
  /** The pixel of the pooled image, in bytes; add `channel`. */
  readonly window: Local;
  /** The pixel of the image, inside `cells`, in bytes; add `channel`. */
  readonly cell: Local;
  /** How many channels there are in a turn of fewer than four. */
  readonly rest: Local;
  /** Pushes four times the number of the current cell within its window. */
  index(): void;
  /** Runs `visit` for each cell of the current window that lies in the image, in row-major order. */
  cells(visit: () => void): void;
  /** Counts those cells into a variable. */
  count(into: Local): void;
  /** Writes the whole walk: `start` at each window, then `turn` for its channels, `partial` if there are fewer than four. */
  write(start: () => void, turn: (partial: boolean) => void): void;
}

/** A walk to be written into `w`. */
export function createWindowWalk(
  w: FunctionWriter,
  pooling: SlidingWindow & { readonly size: readonly [number, number] },
  image: readonly number[],
  pooled: readonly number[],
): WindowWalk {
  const { size, strides, padding } = pooling;
  const [batch, height, width, channels] = image;
  const [, rows, columns] = pooled;
  const [sample, row, column, i, j, channel] = Array.from({ length: 6 }, () => w.i32());
  const [top, left, y, x, cell, window, rest] = Array.from({ length: 7 }, () => w.i32());

  const product = (local: Local, factor: number) => {
    w.get(local);
    w.integer(factor);
    w.plain('i32Mul');
  };
  /** `counter · scale + …` into `to`. */
  const affine = (to: Local, counter: Local, scale: number, plus: () => void) => {
    product(counter, scale);
    plus();
    w.plain('i32Add');
    w.set(to);
  };

  const walk: WindowWalk = {
    channel,
    window,
    cell,
    rest,
    index() {
      product(i, size[1]);
      w.get(j);
      w.plain('i32Add');
      w.simd('i32x4Splat');
    },
    cells(visit) {
      w.loop(i, { constant: size[0] }, 1, () => {
        w.get(top);
        w.get(i);
        w.plain('i32Add');
        w.tee(y);
        w.integer(height);
        // As an unsigned number, a row above the image is far below it.
        w.plain('i32LtU');
        w.when(() => {
          w.loop(j, { constant: size[1] }, 1, () => {
            w.get(left);
            w.get(j);
            w.plain('i32Add');
            w.tee(x);
            w.integer(width);
            w.plain('i32LtU');
            w.when(() => {
              // ((sample · height + y) · width + x) · channels · 4
              affine(cell, sample, height, () => w.get(y));
              affine(cell, cell, width, () => w.get(x));
              product(cell, 4 * channels);
              w.set(cell);
              visit();
            });
          });
        });
      });
    },
    count(into) {
      w.integer(0);
      w.set(into);
      walk.cells(() => {
        w.get(into);
        w.integer(1);
        w.plain('i32Add');
        w.set(into);
      });
    },
    write(start, turn) {
      w.loop(sample, { constant: batch }, 1, () => {
        w.loop(row, { constant: rows }, 1, () => {
          affine(top, row, strides[0], () => w.integer(-padding[0]));
          w.loop(column, { constant: columns }, 1, () => {
            affine(left, column, strides[1], () => w.integer(-padding[2]));
            affine(window, sample, rows, () => w.get(row));
            affine(window, window, columns, () => w.get(column));
            product(window, 4 * channels);
            w.set(window);
            start();
            const whole = channels - (channels % 4);
            if (whole > 0) w.loop(channel, { constant: 4 * whole }, 16, () => turn(false));
            if (whole < channels) {
              w.integer(4 * whole);
              w.set(channel);
              w.integer(channels - whole);
              w.set(rest);
              turn(true);
            }
          });
        });
      });
    },
  };
  return walk;
}
