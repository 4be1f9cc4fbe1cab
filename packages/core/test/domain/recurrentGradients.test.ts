import { describe, expect, it } from 'vitest';
import { combinations } from '../../src/combinations.js';
import { bidirectional, gru, type Layer, lstm, sequential, simpleRnn } from '../../src/layers/index.js';
import { categorical } from '../../src/likelihood.js';
import type { NoiseModel } from '../../src/noise/noiseModel.js';
import { key, normal } from '../../src/random/index.js';
import { checkGradients } from './checkGradients.js';

const layers: Readonly<Record<string, () => Layer>> = {
  'simpleRnn, reversed': () => simpleRnn({ units: 2, reverse: true }),
  lstm: () => lstm({ units: 2 }),
  'gru, reset after': () => gru({ units: 2 }),
  'gru, reset before, in both directions': () =>
    bidirectional({ layer: gru({ units: 2, resetAfter: false }), merge: 'sum' }),
};

/** Two datapoints of three steps with two features; the first is all zeros. */
const x = [...new Array<number>(6).fill(0), ...normal(key(12), 6)];
const y = [1, 0, 0, 1];
/** Of noise under which no map has only zeros for inputs. */
const seed = 9;

const ofWeights = (noise: NoiseModel) => noise.acts === 'weights';

describe.each(Object.entries(layers))('gradients of %s against Richardson differences', (_, make) => {
  // Every noise and estimator; divergences do not see the layer.
  const all = combinations().filter(
    ({ noise, divergence, refusal }) =>
      refusal === undefined && (divergence === null) === (noise.learns === undefined) && divergence?.name !== 'sigmoid',
  );
  const seen = new Set<string>();
  for (const { noise, estimator, divergence } of all) {
    const name = [noise.name, noise.alpha, estimator.name].filter(Boolean).join(', ');
    if (seen.has(name)) continue;
    seen.add(name);
    const build = () => sequential({ input: [3, 2], noise, estimator, divergence, layers: [make()] });
    if (ofWeights(noise) && estimator.name === 'local') {
      it(`refuses ${name}`, () => {
        const message = expect.stringMatching(
          /all steps of a sequence have the same weights.*; flipout, single and separate/s,
        );
        expect(build).toThrow(expect.objectContaining({ code: 'VARDROP_COMBINATION', message }));
      });
    } else {
      it(name, () => checkGradients(build(), categorical(), x, y, 2, seed));
    }
  }
});
