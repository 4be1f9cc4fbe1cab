import { describe, expect, it } from 'vitest';
import { attentionCases, convolutionCases, denseCase, recurrentCases } from './gradientCases.js';
import { everyCombination, testGradients } from './testGradients.js';

const cases = [denseCase, ...convolutionCases, ...recurrentCases, ...attentionCases];

for (const given of cases) testGradients(given, everyCombination);

describe('combinations of noise, estimator and divergence that layers allow', () => {
  it('counts them', () => {
    const counts = cases.map(
      ({ name, refuses }) => [name, everyCombination.filter((made) => refuses?.(made) === undefined).length] as const,
    );
    expect({
      ...Object.fromEntries(counts),
      all: counts.reduce((sum, [, count]) => sum + count, 0),
    }).toMatchInlineSnapshot(`
      {
        "all": 2678,
        "conv1d, causal": 210,
        "conv1dTranspose": 210,
        "conv2d, dilations and groups": 124,
        "conv2d, pooling and dense": 210,
        "conv2dTranspose": 210,
        "dense": 210,
        "depthwiseConv2d": 190,
        "embedding and positions": 210,
        "gru, reset after": 176,
        "gru, reset before, in both directions": 176,
        "lstm": 176,
        "multiHeadAttention": 210,
        "separableConv2d": 190,
        "simpleRnn, reversed": 176,
      }
    `);
  });
});
