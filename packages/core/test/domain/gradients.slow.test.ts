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
        "all": 2756,
        "conv1d, causal": 216,
        "conv1dTranspose": 216,
        "conv2d, dilations and groups": 124,
        "conv2d, pooling and dense": 216,
        "conv2dTranspose": 216,
        "dense": 216,
        "depthwiseConv2d": 196,
        "embedding and positions": 216,
        "gru, reset after": 182,
        "gru, reset before, in both directions": 182,
        "lstm": 182,
        "multiHeadAttention": 216,
        "separableConv2d": 196,
        "simpleRnn, reversed": 182,
      }
    `);
  });
});
