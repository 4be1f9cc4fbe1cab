import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  createNetwork,
  dense,
  deserializeNetwork,
  ensemble,
  fit,
  gaussian,
  type Network,
  sequential,
  variationalDropout,
} from '../../src/index.js';
import { blobs } from '../training/helpers.js';
import { backend, bits } from './helpers.js';

const layers = [dense({ units: 5, activation: 'relu' }), batchNorm(), dense({ units: 2 })];
const plain = sequential({ input: [2], layers });
const noisy = sequential({ input: [2], noise: variationalDropout({ type: 'A', alpha: 'input' }), layers });
const inputs = [0.5, -0.25, 1, 0.125, -0.75, 0];

async function members<Given extends typeof plain>(model: Given, count: number) {
  const networks: Network[] = [];
  for (let seed = 1; seed <= count; seed++)
    networks.push((await fit(model, { backend, data: blobs(), epochs: 2, batch: 8, seed })).network);
  return networks;
}

const mean = (values: readonly ArrayLike<number>[]) =>
  Array.from(values[0], (_, i) => values.reduce((sum, each) => sum + each[i], 0) / values.length);

describe('an ensemble', () => {
  it('of networks without noise predicts with the average of their probabilities, once each', async () => {
    const three = await members(plain, 3);
    const all = ensemble(three);
    const alone = await Promise.all(three.map((network) => network.predict(inputs)));
    const prediction = await all.predict(inputs);
    expect(prediction).toMatchObject({ kind: 'classification', samples: 3 });
    if (prediction.kind !== 'classification') return;
    const probabilities = alone.map((each) => (each as typeof prediction).probabilities);
    mean(probabilities).forEach((p, i) => {
      expect(prediction.probabilities[i]).toBeCloseTo(p, 6);
    });
    expect(Math.min(...prediction.mutualInformation)).toBeGreaterThan(0);
  });

  it('of one network twice draws what that network draws, bit for bit', async () => {
    const [one] = await members(noisy, 1);
    const twice = ensemble([one, one]);
    const { samples, ...own } = await twice.predict(inputs, { seed: 3 });
    expect(samples).toBe(32);
    expect(own).toEqual({ ...(await one.predict(inputs, { seed: 3 })), samples: undefined });
  });

  it('gives members their turns, in predictions and scores', async () => {
    const [a, b] = await members(noisy, 2);
    const options = { samples: 6, seed: 5, batch: 2 };
    const both = [ensemble([a, b]), ensemble([b, a])];
    const [one, other] = await Promise.all(both.map((network) => network.evaluate(blobs(), options)));
    expect(one.nll).not.toBe((await a.evaluate(blobs(), options)).nll);
    expect(one.nll).toBeCloseTo(other.nll, 1);
    const three = ensemble([a, b, a]);
    expect((await three.predict(inputs)).samples).toBe(33);
    await expect(three.predict(inputs, { samples: 32 })).rejects.toThrow('samples: 33');
  });

  it('is the same after a file, bit for bit', async () => {
    const all = ensemble(await members(noisy, 3));
    const again = deserializeNetwork(all.toBytes(), { backend });
    expect(again.posterior).toEqual(all.posterior);
    expect(bits(await again.predict(inputs))).toEqual(bits(await all.predict(inputs)));
    expect(again.toBytes()).toEqual(all.toBytes());
  });

  it('has no mean', async () => {
    const all = ensemble(await members(noisy, 2));
    for (const options of [{ mode: 'mean' }, { samples: 0 }] as const)
      await expect(all.predict(inputs, options)).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
  });

  it('refuses networks that do not go together', async () => {
    const [a, b] = await members(plain, 2);
    const [c] = await members(noisy, 1);
    const named = createNetwork(plain, { backend, parameters: b.parameters, classes: ['left', 'right'] });
    const numbers = sequential({ input: [2], layers, likelihood: gaussian() });
    const [d] = (await members(numbers as unknown as typeof plain, 0)).concat(a);
    const code = 'VARDROP_ENSEMBLE';
    for (const wrong of [[], [a], a, [a, c], [a, named], [a, ensemble([a, b])], [a, undefined], [a, { model: 1 }]])
      expect(() => ensemble(wrong as Network[])).toThrow(expect.objectContaining({ code }));
    expect(ensemble([a, d]).posterior?.settings).toEqual({ members: 2 });
  });

  it('refuses a posterior that does not fit', async () => {
    const { model, parameters, posterior } = ensemble(await members(plain, 2));
    const make = (change: object) => () =>
      createNetwork(model, { backend, parameters, posterior: { ...posterior, ...change } as never });
    expect(make({ kind: 'other' })).toThrow(expect.objectContaining({ code: 'VARDROP_POSTERIOR' }));
    expect(make({ settings: { members: 1 } })).toThrow(expect.objectContaining({ code: 'VARDROP_POSTERIOR' }));
    expect(make({ settings: { members: 3 } })).toThrow(expect.objectContaining({ code: 'VARDROP_STATE' }));
    const [name] = Object.keys(posterior?.tensors ?? {});
    const broken = { ...posterior?.tensors[name], data: posterior?.tensors[name].data.map(() => Number.NaN) };
    expect(make({ tensors: { ...posterior?.tensors, [name]: broken } })).toThrow(
      expect.objectContaining({ code: 'VARDROP_NON_FINITE' }),
    );
  });
});
