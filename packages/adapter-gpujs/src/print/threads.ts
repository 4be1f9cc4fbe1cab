import { elementCount } from '@vardrop/core/program';
import type { Writer } from './writer.js';

/** How the threads of a kernel cover a shape. */
export interface Threads {
  /** Threads in x, y, z. */
  readonly output: readonly number[];
  /** Elements of the shape. */
  readonly size: number;
  /** The coordinate of this thread in each axis of the shape. */
  readonly coordinates: readonly string[];
}

/** Width and height of textures that all of today's graphics cards allow. */
const widestTexture = 4096;
/** Most threads on WebGPU in depth, and in width or height. */
const [deepest, highest] = [65535, 8 * 65535];

/**
 * One thread for each element of `shape`: the last axis lies along x, the one before along y, and all others along z,
 * from which their coordinates are decoded. If y or z has too few threads, all rows lie along both. Coordinates in x
 * and y are printed inline wherever they are used: gpu.js keeps a `const` as a float, and converting that to an index
 * costs more than the rest of a contraction's loop.
 */
export function spreadThreads(writer: Writer, shape: readonly number[]): Threads {
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] > 1);
  const coordinates = shape.map(() => '0');
  const size = elementCount(shape);
  const [x, y, ...rest] = [...axes].reverse();
  if (x === undefined) return { output: [1], size, coordinates };
  coordinates[x] = 'this.thread.x';
  if (y === undefined) return { output: [shape[x]], size, coordinates };
  if (rest.length === 0 && writer.mode === 'webgl2' && Math.max(shape[x], shape[y]) > widestTexture) {
    // gpu.js makes the texture of a plane as wide and high as the plane, but folds three dimensions into nearly a
    // square.
    const half = Math.ceil(shape[y] / 2);
    coordinates[y] = `(this.thread.z * ${half} + this.thread.y)`;
    return { output: [shape[x], half, 2], size, coordinates };
  }
  const alongZ = [...rest].reverse();
  const depth = alongZ.reduce((product, axis) => product * shape[axis], 1);
  if (writer.mode === 'webgpu' && (depth > deepest || shape[y] > highest)) {
    const rows = depth * shape[y];
    const planes = Math.ceil(rows / highest);
    const height = Math.ceil(rows / planes);
    const row = planes === 1 ? 'this.thread.y' : `(this.thread.z * ${height} + this.thread.y)`;
    decode(writer, shape, [...alongZ, y], row, coordinates);
    return { size, coordinates, output: planes === 1 ? [shape[x], rows] : [shape[x], height, planes] };
  }
  coordinates[y] = 'this.thread.y';
  if (alongZ.length === 0) return { output: [shape[x], shape[y]], size, coordinates };
  decode(writer, shape, alongZ, 'this.thread.z', coordinates);
  return { size, coordinates, output: [shape[x], shape[y], depth] };
}

/** Sets the coordinates in some axes, outer ones first, from a number that counts through them all. */
function decode(
  writer: Writer,
  shape: readonly number[],
  axes: readonly number[],
  from: string,
  coordinates: string[],
): void {
  let left = from;
  axes.forEach((axis, i) => {
    const stride = axes.slice(i + 1).reduce((product, each) => product * shape[each], 1);
    if (stride === 1) {
      coordinates[axis] = left;
      return;
    }
    // Half a step above the boundary, where no rounding of the quotient can reach the next integer.
    coordinates[axis] = writer.define(`Math.floor((${left} + ${writer.number(0.5)}) / ${writer.number(stride)})`);
    left = writer.define(`${left} - ${coordinates[axis]} * ${writer.number(stride)}`);
  });
}

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/** Strides with which an operand of `from` is read at coordinates of `to`: 0 where it is broadcast. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : strides[axis - missing]));
}

/** A coordinate: an expression, or a function that prints it times a stride. */
export type Coordinate = string | ((stride: number) => string);

/** An index: the sum of coordinates times strides. */
export function indexAt(coordinates: readonly Coordinate[], strides: readonly number[]): string {
  const terms = coordinates.flatMap((coordinate, axis) => {
    if (strides[axis] === 0 || coordinate === '0') return [];
    if (typeof coordinate !== 'string') return [coordinate(strides[axis])];
    const factor = /^[\w.]+$/.test(coordinate) ? coordinate : `(${coordinate})`;
    return [strides[axis] === 1 ? factor : `${factor} * ${strides[axis]}`];
  });
  return terms.join(' + ') || '0';
}

/**
 * The shape with axes merged where all of `strides` (one list an operand, axis by axis) run on from one axis to the
 * next, and without axes of length 1; the strides likewise. An elementwise loop over it reads the same elements.
 */
export function mergeAxes(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { readonly shape: number[]; readonly strides: number[][] } {
  const merged: number[] = [];
  const steps: number[][] = strides.map(() => []);
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const last = merged.length - 1;
    const continues = last >= 0 && strides.every((own, i) => steps[i][last] === own[axis] * length);
    if (continues) {
      merged[last] *= length;
      strides.forEach((own, i) => {
        steps[i][last] = own[axis];
      });
    } else {
      merged.push(length);
      strides.forEach((own, i) => {
        steps[i].push(own[axis]);
      });
    }
  });
  return { shape: merged, strides: steps };
}
