import { checkOptionNames } from '../../checkOptionNames.js';
import { windowOptionsElsewhere } from '../convolution/convolutionOptions.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { imageShape, type PaddingMode, placeWindow, readStepsWindow, readWindow, sequenceShape } from '../window.js';

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
    };
  });
}
