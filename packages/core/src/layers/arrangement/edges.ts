import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { Pair } from '../window.js';

/** How many cells are added or cut before and after the cells of one axis. */
export type Edges = readonly [before: number, after: number];

/** Both edges of an axis, from one number for both or two. Throws `VARDROP_LAYER` unless they are whole numbers from 0 on. */
export function readEdges(who: string, what: string, value: number | Edges): Edges {
  const edges = typeof value === 'number' ? ([value, value] as const) : value;
  if (isPairOf(edges, isAmount)) return edges;
  return refuse(who, what, value, 'a whole number from 0 on, or two: before and after');
}

/**
 * The edges of height and width, from one number for all four, two numbers (height, width), or two pairs. Throws
 * `VARDROP_LAYER` unless they are whole numbers from 0 on.
 */
export function readImageEdges(
  who: string,
  what: string,
  value: number | Pair | readonly [Edges, Edges],
): readonly [Edges, Edges] {
  const axes: unknown = typeof value === 'number' ? [value, value] : value;
  const edges = Array.isArray(axes) ? axes.map((axis) => (typeof axis === 'number' ? [axis, axis] : axis)) : axes;
  if (isPairOf(edges, (axis): axis is Edges => isPairOf(axis, isAmount))) return edges;
  return refuse(who, what, value, 'a whole number from 0 on, two (height, width), or [[top, bottom], [left, right]]');
}

function isAmount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isPairOf<T>(value: unknown, is: (element: unknown) => element is T): value is readonly [T, T] {
  return Array.isArray(value) && value.length === 2 && value.every(is);
}

function refuse(who: string, what: string, value: unknown, needs: string): never {
  throw new VardropError('VARDROP_LAYER', `[${who}] ${what}: got ${formatValue(value)}, needs ${needs}.`);
}

/**
 * Lengths without their edges. Throws `VARDROP_SHAPE` if nothing remains.
 *
 * @param lengths of the axes after the batch that are cut
 */
export function cutLengths(name: string, inputShape: readonly number[], edges: readonly Edges[]): readonly number[] {
  const rest = edges.map(([before, after], axis) => inputShape[axis] - before - after);
  if (rest.every((length) => length > 0)) return rest;
  throw new VardropError(
    'VARDROP_SHAPE',
    `[${name}] inputs: got [batch, ${inputShape.join(', ')}], needs more than the cut [${edges.map((each) => `[${each.join(', ')}]`).join(', ')}] takes. Cut less.`,
  );
}
