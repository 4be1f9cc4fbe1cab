import { describe, expect, it } from 'vitest';
import { batchNorm, dense, gru, type LayerDefinition, sequential } from '../../src/layers/index.js';
import { gaussian } from '../../src/likelihoods/index.js';
import { fit } from '../../src/network/index.js';
import { meanField, type NoiseModel, noNoise, sparseVariational, variationalDropout } from '../../src/noise/index.js';
import { sgd } from '../../src/optimizers/index.js';
import { initialState, warmStart } from '../../src/training/index.js';
import { blobs, float32Backend } from './helpers.js';

const network = (noise: NoiseModel, layers: readonly LayerDefinition[]) =>
  sequential({ input: [3, 2], noise, layers, likelihood: gaussian() });
const layers = () => [gru({ units: 4 }), batchNorm(), dense({ units: 2 })];

describe('a warm start', () => {
  const plain = network(noNoise(), layers());
  const trained = initialState(plain, sgd(), 8);
  const given = { ...trained.parameters, ...trained.carried };

  it.each([
    ['sparseVariational', sparseVariational(), -6],
    ['meanField', meanField({ logVariance: -1 }), undefined],
    ['variationalDropout', variationalDropout({ rate: 0.3 }), undefined],
  ] as const)('has the means, and noise that starts: %s', (_, noise, logVariance) => {
    const model = network(noise, layers());
    const options = { optimizer: sgd({ momentum: 0.9 }), seed: 5 };
    const state = warmStart(model, given, { ...options, ...(logVariance !== undefined && { logVariance }) });
    const usual = initialState(model, options.optimizer, 5);
    expect(Object.keys(state.parameters)).toEqual(Object.keys(usual.parameters));
    for (const [name, tensor] of Object.entries(state.parameters)) {
      const wanted =
        name.endsWith('/logVariance') && !name.startsWith('likelihood')
          ? usual.parameters[name].data.map(() => logVariance ?? -8)
          : (trained.parameters[name] ?? usual.parameters[name]).data;
      expect(tensor.data, name).toEqual(wanted);
      expect(tensor.data, name).not.toBe(trained.parameters[name]?.data);
    }
    expect(state.carried).toEqual(trained.carried);
    expect({ ...state, parameters: 0, carried: 0 }).toEqual({ ...usual, parameters: 0, carried: 0 });
  });

  it('is a state to train from', async () => {
    const plainBlobs = sequential({
      input: [2],
      layers: [dense({ units: 3, activation: 'relu' }), dense({ units: 2 })],
    });
    const noisy = sequential({
      ...{ input: [2], noise: sparseVariational() },
      layers: [dense({ units: 3, activation: 'relu' }), dense({ units: 2 })],
    });
    const options = { backend: float32Backend(), data: blobs(), batch: 8 };
    const { state, history } = await fit(plainBlobs, { ...options, epochs: 40 });
    const { history: later } = await fit(noisy, { ...options, epochs: 1, state: warmStart(noisy, state.parameters) });
    expect(later[0].dataTerm).toBeLessThan(0.5 * (history[0].dataTerm + history[39].dataTerm));
  });

  it('names all that is missing, and what does not belong', () => {
    const model = network(sparseVariational(), layers());
    const { 'dense1/bias': _, 'dense1/weights': __, 'batchNorm1/mean': ___, ...some } = given;
    const refused = (parameters: object, ...words: readonly string[]) => {
      for (const word of words)
        expect(() => warmStart(model, parameters as never)).toThrow(
          expect.objectContaining({ code: 'VARDROP_STATE', message: expect.stringContaining(word) }),
        );
    };
    refused(
      { ...some, 'head/weights': given['dense1/weights'] },
      "'dense1/weights', 'dense1/bias', 'batchNorm1/mean'",
      "but 'head/weights'",
    );
    refused({ ...given, 'dense1/logVariance': given['dense1/weights'] }, "'dense1/logVariance'");
    refused({ ...given, 'dense1/weights': given['dense1/bias'] }, "'dense1/weights': got [2], needs [4, 2]");
    refused(trained, 'a whole state');
    refused(3 as never, 'got 3');
  });

  it('refuses a log variance that nothing has', () => {
    for (const [noise, logVariance] of [
      [variationalDropout(), -6],
      [sparseVariational(), Number.NaN],
      [sparseVariational(), null as never],
    ] as const)
      expect(() => warmStart(network(noise, layers()), given, { logVariance })).toThrow(
        expect.objectContaining({ code: 'VARDROP_OPTION' }),
      );
  });
});
