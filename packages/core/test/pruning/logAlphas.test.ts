import { describe, expect, it } from 'vitest';
import {
  adam,
  dense,
  initialState,
  logAlphas,
  mask,
  sequential,
  sparseVariational,
  sparsity,
  type TensorMap,
  variationalDropout,
} from '../../src/index.js';

const sparse = sparseVariational();

describe('log α and sparsity', () => {
  it('are those of each layer whose noise has log α', () => {
    const model = sequential({
      input: [2],
      layers: [
        dense({ units: 2, noise: sparse }),
        dense({ units: 2, noise: variationalDropout({ type: 'B', alpha: 'output' }) }),
        dense({ units: 2, noise: variationalDropout({ type: 'B', alpha: 'network' }) }),
        dense({ units: 2 }),
      ],
    });
    const parameters: TensorMap = {
      ...initialState(model, adam(), 0).parameters,
      'dense1/weights': { shape: [2, 2], data: Float32Array.of(1, 2, 0, -4) },
      'dense1/logVariance': { shape: [2, 2], data: Float32Array.of(3, 3, -9, 8) },
      'dense2/rho': { shape: [1, 2], data: Float32Array.of(0, 5) },
      'network/rho': { shape: [], data: Float32Array.of(-2) },
    };
    const found = logAlphas(model, parameters);
    expect(Object.keys(found)).toEqual(['dense1', 'dense2', 'dense3']);
    expect(found.dense1).toEqual({
      values: Float32Array.of(3, 3 - Math.log(4), Number.POSITIVE_INFINITY, 8 - Math.log(16)),
      shape: [2, 2],
      granularity: 'weight',
    });
    expect(found.dense2).toMatchObject({ shape: [1, 2], granularity: 'output' });
    expect(found.dense2.values[0]).toBeCloseTo(-Math.LN2, 6);
    expect(found.dense3).toMatchObject({ shape: [], granularity: 'network' });
    expect(sparsity(model, parameters).layers).toEqual({
      dense1: { weights: 4, pruned: 3, sparsity: 0.75 },
      dense2: { weights: 4, pruned: 0, sparsity: 0 },
      dense3: { weights: 4, pruned: 0, sparsity: 0 },
    });
    // All four of the first; log sigmoid(5) = −0.007 for the two weights of the second's second output unit.
    expect(sparsity(model, parameters, { threshold: -0.5 })).toMatchObject({
      layers: { dense2: { pruned: 2 } },
      total: { weights: 12, pruned: 6, sparsity: 0.5 },
    });
    expect(sparsity(model, parameters, { threshold: Number.NEGATIVE_INFINITY }).total.pruned).toBe(12);
  });

  it('prune at the threshold and not below it', () => {
    const model = sequential({ input: [1], layers: [dense({ units: 2, noise: sparse })] });
    const parameters: TensorMap = {
      'dense1/weights': { shape: [1, 2], data: Float32Array.of(1, 1) },
      'dense1/bias': { shape: [2], data: Float32Array.of(0, 0) },
      'dense1/logVariance': { shape: [1, 2], data: Float32Array.of(3, 3 - 2 ** -20) },
    };
    expect(mask(model, parameters)['dense1/weights'].data).toEqual(Float32Array.of(0, 1));
    expect(mask(model, parameters, { threshold: 2.5 })['dense1/weights'].data).toEqual(Float32Array.of(0, 0));
    expect(parameters['dense1/weights'].data).toEqual(Float32Array.of(1, 1));
  });
});
