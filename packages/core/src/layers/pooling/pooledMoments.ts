import type { Builder, Value } from '../../program/builder.js';
import { greaterMoments } from '../greaterMoments.js';
import type { Moments, Sources } from '../moments.js';
import type { PlacedWindow } from '../window.js';

/** Mean and variance, both there. */
type Uncertain = Required<Moments>;

/** Below any number that it is compared with; quotients with the least deviation still fit float32. */
const nothing = -1e18;

/** Moments of the mean over axes 1, … of `[batch, …, channels]`, of independent numbers. */
export function meanMoments(b: Builder, { mean, variance }: Uncertain): Uncertain {
  const axes = mean.shape.slice(1, -1).map((_, i) => i + 1);
  const count = axes.reduce((product, axis) => product * (mean.shape[axis] as number), 1);
  return { mean: b.mean(mean, axes), variance: b.mul(1 / count, b.mean(variance, axes)) };
}

/** Moments of the mean of each window of images `[batch, h, w, channels]`. Padding does not count. */
export function averagePoolMoments(b: Builder, { mean, variance }: Uncertain, window: PlacedWindow): Uncertain {
  const { size, strides, padding, output } = window;
  const [, height, width] = mean.shape as readonly ['batch', number, number, number];
  const rows = cellsInside(output[0], size[0], strides[0], padding[0], height);
  const columns = cellsInside(output[1], size[1], strides[1], padding[2], width);
  const shares = rows.flatMap((n) => columns.map((m) => 1 / (n * m)));
  const averages = (x: Value) => b.averagePool2d(x, size, { strides, padding });
  return {
    mean: averages(mean),
    variance: b.mul(averages(variance), b.constant(shares, [...output, 1])),
  };
}

/** How many cells of each place of a window are inside, along one axis. */
function cellsInside(places: number, size: number, stride: number, before: number, length: number): number[] {
  return Array.from({ length: places }, (_, i) => {
    const start = i * stride - before;
    return Math.min(start + size, length) - Math.max(start, 0);
  });
}

/**
 * Moments of the greatest of each window of images, by pairs: the greater of two is taken as Gaussian again (Clark 1961), which it is
 * not. Padding never wins.
 */
export function maxPoolMoments(b: Builder, x: Uncertain, window: PlacedWindow, sources: Sources): Uncertain {
  const { size, strides, padding, output } = window;
  const [top, bottom, left, right] = padding;
  const around = [undefined, { before: top, after: bottom }, { before: left, after: right }, undefined];
  const mean = b.pad(x.mean, around, nothing);
  const variance = b.pad(x.variance, around);
  const along = (axis: 0 | 1, start: number) => ({
    start,
    end: start + (output[axis] - 1) * strides[axis] + 1,
    step: strides[axis],
  });
  const cells = Array.from({ length: size[0] * size[1] }, (_, i): Uncertain => {
    const ranges = [undefined, along(0, Math.floor(i / size[1])), along(1, i % size[1]), undefined];
    return { mean: b.slice(mean, ranges), variance: b.slice(variance, ranges) };
  });
  return greatest(b, cells, sources);
}

function greatest(b: Builder, all: readonly Uncertain[], sources: Sources): Uncertain {
  if (all.length === 1) return all[0];
  const half = Math.floor(all.length / 2);
  const halves = [all.slice(0, half), all.slice(half)].map((part) => greatest(b, part, sources));
  return greaterMoments(b, halves[0], halves[1], sources);
}

/** Moments of the greatest over axes 1, … of `[batch, …, channels]`, by pairs as in `maxPoolMoments`. */
export function globalMaxMoments(b: Builder, { mean, variance }: Uncertain, sources: Sources): Uncertain {
  const channels = mean.shape[mean.shape.length - 1];
  const count = mean.shape.slice(1, -1).reduce<number>((product, n) => product * (n as number), 1);
  const flat = (value: Value) => b.reshape(value, ['batch', count, channels]);
  const one = (value: Value) => b.reshape(value, ['batch', channels]);
  const result = greatestStep(b, { mean: flat(mean), variance: flat(variance) }, count, sources);
  return { mean: one(result.mean), variance: one(result.variance) };
}

/** The greatest of `count` steps `[batch, count, channels]`: `[batch, 1, channels]`. Halves are compared with each other. */
function greatestStep(b: Builder, x: Uncertain, count: number, sources: Sources): Uncertain {
  if (count === 1) return x;
  const half = Math.floor(count / 2);
  const steps = (start: number, end: number): Uncertain => ({
    mean: b.slice(x.mean, [undefined, { start, end }, undefined]),
    variance: b.slice(x.variance, [undefined, { start, end }, undefined]),
  });
  const winners = greatestStep(b, greaterMoments(b, steps(0, half), steps(half, 2 * half), sources), half, sources);
  return count % 2 === 0 ? winners : greaterMoments(b, winners, steps(count - 1, count), sources);
}
