import { checkOptionNames } from '../../checkOptionNames.js';
import type { Builder } from '../../program/builder.js';
import { windowOptionsElsewhere } from '../convolution/convolutionOptions.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { eachMoment, type Moments, type MomentsMode } from '../moments.js';
import {
  imageShape,
  type PaddingMode,
  type PlacedWindow,
  placeWindow,
  readStepsWindow,
  readWindow,
  sequenceShape,
} from '../window.js';
import { averagePoolMoments, maxPoolMoments } from './pooledMoments.js';

/** Options of a pooling layer of images. */
export interface PoolingOptions {
  readonly name?: string;
  /** Height and width of the window; one number for a square. Default: 2. */
  readonly size?: number | readonly [number, number];
  /** Default: the size of the window. */
  readonly strides?: number | readonly [number, number];
  /** Default: `valid`. Padding never wins a maximum and is not counted in an average. */
  readonly padding?: PaddingMode;
}

/** Options of a pooling layer of sequences. */
export interface StepsPoolingOptions {
  readonly name?: string;
  /** Number of steps of the window. Default: 2. */
  readonly size?: number;
  /** Default: the size of the window. */
  readonly strides?: number;
  /** Default: `valid`. Padding never wins a maximum and is not counted in an average. */
  readonly padding?: PaddingMode;
}

/** Moments of windows; of a maximum only where they may be approximate. */
function poolMoments(
  b: Builder,
  op: PoolingOp,
  x: Required<Moments>,
  window: PlacedWindow,
  mode: MomentsMode,
): Required<Moments> | undefined {
  if (op === 'averagePool2d') return averagePoolMoments(b, x, window);
  return mode.approximate ? maxPoolMoments(b, x, window, mode) : undefined;
}

type PoolingOp = 'maxPool2d' | 'averagePool2d';

const known = { size: true, strides: true, padding: true, name: true } as const;

/** A pooling layer of images. Throws as `maxPooling2d` documents. */
export function imagePooling(kind: string, op: PoolingOp, options: PoolingOptions): Layer {
  checkOptionNames(kind, options, known, windowOptionsElsewhere);
  const { size = 2, strides = size, padding } = options;
  const window = readWindow(kind, { size, strides, padding });
  return layerWithoutWeights(kind, options, (name, inputShape) => {
    const image = imageShape(name, inputShape);
    const placed = placeWindow(name, image, window);
    return {
      outputShape: [...placed.output, image[2]],
      units: 'kept',
      apply: (b, x) => b[op](x, placed.size, { strides: placed.strides, padding: placed.padding }),
      moments: (b, x, mode) => poolMoments(b, op, x, placed, mode),
    };
  });
}

/** A pooling layer of sequences, which are images of height 1. Throws as `maxPooling1d` documents. */
export function stepsPooling(kind: string, op: PoolingOp, options: StepsPoolingOptions): Layer {
  checkOptionNames(kind, options, known, windowOptionsElsewhere);
  const { size = 2, strides = size, padding } = options;
  const window = readStepsWindow(kind, { size, strides, padding });
  return layerWithoutWeights(kind, options, (name, inputShape) => {
    const image = sequenceShape(name, inputShape);
    const placed = placeWindow(name, image, window);
    const outputShape = [placed.output[1], image[2]];
    return {
      outputShape,
      units: 'kept',
      apply(b, x) {
        const pooled = b[op](b.reshape(x, ['batch', ...image]), placed.size, {
          strides: placed.strides,
          padding: placed.padding,
        });
        return b.reshape(pooled, ['batch', ...outputShape]);
      },
      moments(b, x, mode) {
        const images = eachMoment(x, (value) => b.reshape(value, ['batch', ...image]));
        const pooled = poolMoments(b, op, images, placed, mode);
        return pooled && eachMoment(pooled, (value) => b.reshape(value, ['batch', ...outputShape]));
      },
    };
  });
}
