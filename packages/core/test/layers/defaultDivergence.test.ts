import { describe, expect, it } from 'vitest';
import { ard } from '../../src/divergences/ard.js';
import { dense } from '../../src/layers/dense.js';
import { sequential } from '../../src/layers/model/sequential.js';
import {
  bernoulliLearned,
  gaussianDropout,
  meanField,
  type NoiseModel,
  noNoise,
  sparseVariational,
  variationalDropout,
} from '../../src/noise/index.js';

const divergenceOf = (
  noise: NoiseModel,
  ofModel?: ReturnType<typeof ard> | null,
  own?: ReturnType<typeof ard> | null,
) =>
  sequential({ input: [2], noise, divergence: ofModel, layers: [dense({ units: 2, divergence: own })] }).layers[0]
    .parts?.[0]?.divergence?.name;

describe('the divergence of a layer', () => {
  it('is the default of its noise where nobody says', () => {
    expect(divergenceOf(variationalDropout({ type: 'A' }))).toBe('exact');
    expect(divergenceOf(variationalDropout({ type: 'B' }))).toBe('exact');
    expect(divergenceOf(sparseVariational())).toBe('exact');
    expect(divergenceOf(meanField())).toBe('gaussian');
    expect(divergenceOf(bernoulliLearned())).toBe('gaussian');
    expect(divergenceOf(gaussianDropout({ type: 'B' }))).toBeUndefined();
    expect(divergenceOf(noNoise())).toBeUndefined();
  });

  it("is the layer's own before the model's before the default, and none for null", () => {
    expect(divergenceOf(sparseVariational(), ard())).toBe('ard');
    expect(divergenceOf(sparseVariational(), null)).toBeUndefined();
    expect(divergenceOf(sparseVariational(), null, ard())).toBe('ard');
    expect(divergenceOf(sparseVariational(), ard(), null)).toBeUndefined();
    expect(divergenceOf(noNoise(), ard())).toBeUndefined();
  });
});
