import type { NodeOf } from '@vardrop/core';
import type { Shapes } from '../lower/lowering.js';
import type { Kernel } from './kernel.js';
import { storeFour } from './storeFour.js';
import { createFunction, type Local } from './wasmWriter.js';

/**
 * The gradient of a pooling, which tfjs's wasm backend lacks: walks over the windows, four channels a turn, and adds to the
 * image's gradient in place. The first maximum of a window in row-major order gets all of its gradient (a NaN counts as
 * larger than any number); of an average, each cell of the image an equal share.
 */
export function writePoolGradient(
  node: NodeOf<'maxPool2dGradient' | 'averagePool2dGradient'>,
  { out: image, operands }: Shapes,
): Kernel {
  const isMaximum = node.op === 'maxPool2dGradient';
  const w = createFunction(operands.length + 1);
  const [batch, height, width, channels] = image;
  const [, rows, columns] = operands[operands.length - 1];
  const [input, gradient, result] = isMaximum ? [0, 1, 2] : [0, 0, 1];
  const [sample, row, column, i, j, channel] = Array.from({ length: 6 }, () => w.i32());
  const [top, left, y, x, cell, window, rest, count] = Array.from({ length: 8 }, () => w.i32());
  const [value, best, place, here, flow, next] = Array.from({ length: 6 }, () => w.v128());

  const product = (local: Local, factor: number) => {
    w.get(local);
    w.integer(factor);
    w.plain('i32Mul');
  };
  /** `first + counter · scale + offset` into `to`. */
  const affine = (to: Local, counter: Local, scale: number, plus: () => void) => {
    product(counter, scale);
    plus();
    w.plain('i32Add');
    w.set(to);
  };
  const at = (tensor: number, position: Local) => () => {
    w.get(tensor);
    w.get(position);
    w.plain('i32Add');
    w.get(channel);
    w.plain('i32Add');
  };

  /** Runs `visit` for each cell of the window that lies in the image, at `cell` bytes into a channel-less image. */
  function cells(visit: () => void): void {
    w.loop(i, { constant: node.size[0] }, 1, () => {
      w.get(top);
      w.get(i);
      w.plain('i32Add');
      w.tee(y);
      w.integer(height);
      // As unsigned numbers, rows above the image are far below it.
      w.plain('i32LtU');
      w.when(() => {
        w.loop(j, { constant: node.size[1] }, 1, () => {
          w.get(left);
          w.get(j);
          w.plain('i32Add');
          w.tee(x);
          w.integer(width);
          w.plain('i32LtU');
          w.when(() => {
            // cell = ((sample · height + y) · width + x) · channels · 4
            affine(cell, sample, height, () => w.get(y));
            affine(cell, cell, width, () => w.get(x));
            product(cell, 4 * channels);
            w.set(cell);
            visit();
          });
        });
      });
    });
  }

  const index = () => {
    product(i, node.size[1]);
    w.get(j);
    w.plain('i32Add');
    w.simd('i32x4Splat');
  };

  /** Finds the place of the maximum: −1 until a cell has been seen. */
  function findMaximum(): void {
    w.integers([-1, -1, -1, -1]);
    w.set(place);
    w.floats(Number.NEGATIVE_INFINITY);
    w.set(best);
    cells(() => {
      at(input, cell)();
      w.load();
      w.set(value);
      index();
      w.set(here);
      // value > best, or value alone is NaN, or no cell has been seen
      w.get(value);
      w.get(best);
      w.simd('f32x4Gt');
      w.get(value);
      w.get(value);
      w.simd('f32x4Ne');
      w.get(best);
      w.get(best);
      w.simd('f32x4Eq');
      w.simd('and');
      w.simd('or');
      w.get(place);
      w.integers([-1, -1, -1, -1]);
      w.simd('i32x4Eq');
      w.simd('or');
      w.set(next);
      for (const [local, candidate] of [
        [best, value],
        [place, here],
      ]) {
        w.get(candidate);
        w.get(local);
        w.get(next);
        w.simd('bitselect');
        w.set(local);
      }
    });
  }

  function addTo(partial: boolean): void {
    at(gradient, window)();
    w.load();
    if (!isMaximum) {
      w.floats(1);
      w.get(count);
      w.plain('f32FromInteger');
      w.simd('f32x4Splat');
      w.simd('div');
      w.simd('mul');
    }
    w.set(flow);
    if (isMaximum) findMaximum();
    cells(() => {
      at(result, cell)();
      w.load();
      w.get(flow);
      if (isMaximum) {
        w.floats(0);
        index();
        w.get(place);
        w.simd('i32x4Eq');
        w.simd('bitselect');
      }
      w.simd('add');
      w.set(next);
      storeFour(w, at(result, cell), next, partial ? rest : undefined);
    });
  }

  w.loop(sample, { constant: batch }, 1, () => {
    w.loop(row, { constant: rows }, 1, () => {
      affine(top, row, node.strides[0], () => w.integer(-node.padding[0]));
      w.loop(column, { constant: columns }, 1, () => {
        affine(left, column, node.strides[1], () => w.integer(-node.padding[2]));
        affine(window, sample, rows, () => w.get(row));
        affine(window, window, columns, () => w.get(column));
        product(window, 4 * channels);
        w.set(window);
        if (!isMaximum) {
          w.integer(0);
          w.set(count);
          cells(() => {
            w.get(count);
            w.integer(1);
            w.plain('i32Add');
            w.set(count);
          });
        }
        const whole = channels - (channels % 4);
        if (whole > 0) w.loop(channel, { constant: 4 * whole }, 16, () => addTo(false));
        if (whole < channels) {
          w.integer(4 * whole);
          w.set(channel);
          w.integer(channels - whole);
          w.set(rest);
          addTo(true);
        }
      });
    });
  });
  return { code: w, results: [{ shape: image, initial: 0 }] };
}
