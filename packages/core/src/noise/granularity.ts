import type { Granularity, WeightShape } from './noiseModel.js';

/** The shape of α, which broadcasts to the weights. */
export function alphaShape(granularity: Granularity, weights: WeightShape): readonly number[] {
  const last = weights.length - 1;
  switch (granularity) {
    case 'network':
    case 'layer':
      return [];
    case 'input':
      return weights.map((n, axis) => (axis === last - 1 ? n : 1));
    case 'output':
      return weights.map((n, axis) => (axis === last ? n : 1));
    case 'weight':
      return weights;
  }
}

/** Number of input units, or of a convolution's input channels. */
export function inputUnits(weights: WeightShape): number {
  return weights[weights.length - 2];
}
