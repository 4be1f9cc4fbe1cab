import type { SlidingWindow } from '@vardrop/core/program';
import type { Language } from './language.js';

/** A window of `size` cells, which are `dilations` apart (default 1). */
export type Window = SlidingWindow & {
  readonly size: readonly [number, number];
  readonly dilations?: readonly [number, number];
};

/**
 * For all cells of the image in a window, in row-major order: `body`, with the cell's position in `row` and `column`.
 * After each row of cells: `afterRow`.
 */
export function overWindow(
  l: Language,
  { size, strides, dilations = [1, 1], padding: [top, , left] }: Window,
  [, height, width]: readonly number[],
  [windowRow, windowColumn]: readonly [string, string],
  body: readonly string[],
  afterRow: readonly string[] = [],
): string[] {
  return [
    l.repeat('i', size[0], [
      l.define('int', 'row', `${windowRow} * ${strides[0]} + i * ${dilations[0]} - ${top}`),
      `if (row < 0 || row >= ${height}) { continue; }`,
      l.repeat('j', size[1], [
        l.define('int', 'column', `${windowColumn} * ${strides[1]} + j * ${dilations[1]} - ${left}`),
        `if (column < 0 || column >= ${width}) { continue; }`,
        ...body,
      ]),
      ...afterRow,
    ]),
  ];
}

/**
 * For all windows that contain the thread's cell of the image: `body`, with the window's position in `windowRow` and
 * `windowColumn`, and the cell's position within the window in `p` and `q`. After each row of cells: `afterRow`.
 */
export function overWindowsOf(
  l: Language,
  { size, strides, dilations = [1, 1], padding: [top, , left] }: Window,
  [, rows, columns]: readonly number[],
  body: readonly string[],
  afterRow: readonly string[] = [],
): string[] {
  const [down, across] = strides;
  return [
    l.repeat('p', size[0], [
      l.define('int', 'fromTop', `at.y + ${top} - p * ${dilations[0]}`),
      // For a negative number the quotient is not used.
      l.define('int', 'windowRow', `fromTop / ${down}`),
      `if (fromTop < 0 || windowRow * ${down} != fromTop || windowRow >= ${rows}) { continue; }`,
      l.repeat('q', size[1], [
        l.define('int', 'fromLeft', `at.z + ${left} - q * ${dilations[1]}`),
        l.define('int', 'windowColumn', `fromLeft / ${across}`),
        `if (fromLeft < 0 || windowColumn * ${across} != fromLeft || windowColumn >= ${columns}) { continue; }`,
        ...body,
      ]),
      ...afterRow,
    ]),
  ];
}
