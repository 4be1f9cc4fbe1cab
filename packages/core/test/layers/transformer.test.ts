import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinations } from '../../src/combinations.js';
import {
  adam,
  add,
  batchNorm,
  dense,
  embedding,
  fit,
  flatten,
  groupNorm,
  input,
  layerNorm,
  model,
  multiHeadAttention,
  positionEmbedding,
  predict,
  rmsNorm,
  sinusoidalPositions,
  sparseVariational,
} from '../../src/index.js';
import type { ModelDefaults } from '../../src/layers/model/model.js';
import { elementCount } from '../../src/program/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';
import { checkGradients } from '../domain/checkGradients.js';
import { forward } from './forward.js';
import { randomValues } from './runLayer.js';

/** Words through two residual branches with norms before them, as in pre-norm transformers. */
function transformer(units: number, causal: boolean, defaults: ModelDefaults) {
  const steps = 3;
  const words = input({ shape: [steps], name: 'words' });
  const embedded = positionEmbedding({ length: steps + 1 })(embedding({ rows: 5, units })(words));
  const attended = add()(embedded, multiHeadAttention({ heads: 2, causal })(layerNorm()(embedded)));
  const hidden = dense({ units: units + 1, activation: 'gelu' })(rmsNorm()(attended));
  const outputs = add()(attended, dense({ units })(hidden));
  return model({ inputs: words, outputs: dense({ units: 2 })(flatten()(outputs)), ...defaults });
}

describe('a transformer block as a graph', () => {
  const chosen = combinations().filter(
    ({ noise, refusal, divergence }) =>
      refusal === undefined &&
      ['sparse', 'variational-a'].includes(noise.name) &&
      noise.alpha !== 'network' &&
      divergence?.name === 'exact',
  );
  it.each(chosen.map((one) => [one.noise.name, one.noise.alpha, one.estimator.name, one] as const))(
    '%s, %s, %s: gradients against Richardson differences',
    (_name, _alpha, _estimator, { noise, estimator, divergence }) => {
      const network = transformer(4, true, { noise, estimator, divergence });
      const keyBias = 'multiHeadAttention1/key/bias';
      checkGradients(network, [0, 4, 4, 2, 1, 3], [1, 0, 0, 1], 2, 7, [keyBias]);
    },
  );

  it('gradients flow through the statistics of a batch, and through groups and waves', () => {
    const x = input({ shape: [3, 4] });
    const normalized = batchNorm()(dense({ units: 4 })(sinusoidalPositions()(x)));
    const outputs = dense({ units: 2 })(flatten()(groupNorm({ groups: 2 })(normalized)));
    // batchNorm takes the bias before it off again.
    const network = model({ inputs: x, outputs });
    checkGradients(network, [...randomValues(4, 1, 36)], [1, 0, 0, 1, 0, 1], 3, 7, ['dense1/bias']);
  });

  const backend = createReferenceBackend();

  it('learns which sequences hold a word twice, and predicts rows one by one as it does together', async () => {
    const network = transformer(8, false, { noise: sparseVariational() });
    const rows = Array.from({ length: 125 }, (_, i) => [Math.floor(i / 25), Math.floor(i / 5) % 5, i % 5]);
    const targets = rows.map((row) => (new Set(row).size < 3 ? 1 : 0));
    const data = { inputs: rows.flat(), targets };
    const { state, history } = await fit(network, {
      backend,
      data,
      epochs: 80,
      batch: 25,
      klWeight: 0.01,
      optimizer: adam({ learningRate: 0.02 }),
    });
    expect(history[39].dataTerm).toBeLessThan(0.3 * history[0].dataTerm);
    const options = { backend, parameters: state.parameters, mode: 'mean' as const };
    const all = await predict(network, { ...options, inputs: data.inputs });
    const wrong = targets.filter((target, i) => all.labels[i] !== target).length;
    expect(wrong).toBeLessThan(13);
    const one = await predict(network, { ...options, inputs: rows[31] });
    expect(one.probabilities[0]).toBeCloseTo(all.probabilities[62], 6);
  });

  it('causal: outputs at a step do not depend on later words', () => {
    const steps = 4;
    const words = input({ shape: [steps] });
    const embedded = sinusoidalPositions()(embedding({ rows: 6, units: 4 })(words));
    const attended = add()(embedded, multiHeadAttention({ heads: 2, causal: true })(layerNorm()(embedded)));
    const network = model({ inputs: words, outputs: attended });
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 0, max: steps - 2 }), (seed, last) => {
        const draw = (stream: number) => randomValues(seed, stream, steps).map((x) => Math.floor(Math.abs(x) * 99) % 6);
        const one = draw(1);
        const other = draw(2).map((word, i) => (i <= last ? one[i] : word));
        const parameters = Object.fromEntries(
          network.parameters.map(({ name, shape }, i) => [name, randomValues(seed, 10 + i, elementCount(shape))]),
        );
        const outputs = forward(network, [...one, ...other], parameters, { rows: 2 });
        const known = 4 * (last + 1);
        expect(outputs.slice(0, known)).toEqual(outputs.slice(4 * steps, 4 * steps + known));
      }),
    );
  });
});
