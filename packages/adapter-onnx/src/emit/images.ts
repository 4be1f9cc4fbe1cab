import { boundShape, type Dimension, type Padding, type Shape } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';

/** The shape of an image, of which only the batch may be symbolic. */
export interface ImageShape {
  readonly batch: Dimension;
  /** Height and width. */
  readonly sides: readonly [number, number];
  readonly channels: number;
}

/** Reads the shape of an image. */
export function imageShape([batch, ...rest]: Shape): ImageShape {
  const [height, width, channels] = boundShape(rest);
  return { batch, sides: [height, width], channels };
}

/** ONNX's order: all beginnings, then all ends. */
export const pads = ([top, bottom, left, right]: Padding) => [top, left, bottom, right];
/** `[batch, h, w, c]` to `[batch, c, h, w]`, which ONNX's windows take, and back. */
export const channelsFirst = [0, 3, 1, 2];
export const channelsLast = [0, 2, 3, 1];

/** Axes in another order. */
export const permute = (graph: GraphBuilder, value: ValueName, perm: readonly number[], name: string) =>
  graph.node('Transpose', [value], name, { perm });

/** Numbers from 0 on. */
export const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Values one behind the other; a single one as it is. */
export function concat(graph: GraphBuilder, values: readonly ValueName[], axis: number, name: string): ValueName {
  return values.length > 1 ? graph.node('Concat', values, name, { axis }) : values[0];
}
