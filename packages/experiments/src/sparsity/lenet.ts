import {
  conv2d,
  dense,
  flatten,
  type Layer,
  type Likelihood,
  type Model,
  type ModelDefaults,
  maxPooling2d,
  sequential,
} from '@vardrop/core';

/** The sizes of a LeNet. */
export interface LenetSizes {
  /** Shape of one image: `[height, width, channels]` before convolutions, else `[pixels]`. */
  readonly input: readonly number[];
  /** The first layers with weights are convolutions, this many; the others are dense. */
  readonly convolutions: number;
  /** Units of every layer with weights, those of the outputs included. */
  readonly units: readonly number[];
}

/** Height and width of the filters. */
const filter = 5;

/**
 * A LeNet: convolutions with 5 × 5 filters, no padding, ReLU and maxima over 2 × 2, then dense layers with ReLU, and linear
 * outputs. Layers with weights are named `conv2d1`, …, `dense1`, ….
 *
 * With 20, 50, 500 and 10 units on images of 28 × 28 it is LeNet-5 of Caffe, as in Molchanov, Ashukha & Vetrov (2017): 24 × 24,
 * pooled to 12 × 12, 8 × 8, pooled to 4 × 4, so that the first dense layer has 800 inputs. Caffe's has no ReLU after the
 * convolutions; that of the paper's code has it, and so does this one.
 */
export function lenet(
  { input, convolutions, units }: LenetSizes,
  defaults: ModelDefaults,
): Model<Likelihood<'labels'>> {
  return sequential({
    input,
    ...defaults,
    layers: units.flatMap((count, i): Layer[] => {
      const activation = i < units.length - 1 ? 'relu' : 'linear';
      if (i >= convolutions) return [dense({ units: count, activation })];
      const layers = [conv2d({ filters: count, size: filter, activation }), maxPooling2d()];
      return i === convolutions - 1 ? [...layers, flatten()] : layers;
    }),
  });
}

/** The least height and width of images for this many convolutions: what is left for the first dense layer is one pixel. */
export function smallestSide(convolutions: number): number {
  let side = 1;
  for (let i = 0; i < convolutions; i++) side = 2 * side + filter - 1;
  return side;
}
