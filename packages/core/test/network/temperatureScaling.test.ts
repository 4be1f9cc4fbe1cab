import { describe, expect, it } from 'vitest';
import {
  binary,
  type ClassificationPrediction,
  categorical,
  createNetwork,
  dense,
  deserializeNetwork,
  ensemble,
  gaussian,
  lastLayerLaplace,
  sequential,
  temperatureScaling,
} from '../../src/index.js';
import { key, normal, uniform } from '../../src/random/index.js';
import { backend, bits, untrained } from './helpers.js';

const inputs = [...normal(key(3), 4000)];
const model = sequential({ input: [2], layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: 3 })] });
const network = untrained(model);
const parameters = Object.fromEntries(
  // Ten times too sure.
  Object.entries(network.parameters).map(([name, { shape, data }]) => [
    name,
    { shape, data: name.startsWith('dense2') ? data.map((value) => 10 * value) : data },
  ]),
);
// Labels of which the network's own probabilities are right, so that ten times its outputs have to be divided by ten.
const random = uniform(key(4), 2000);
const { probabilities } = (await network.predict(inputs)) as ClassificationPrediction;
const labels = Array.from(random, (u, row) => {
  const [first, second] = probabilities.subarray(3 * row, 3 * row + 2);
  return u < first ? 0 : u < first + second ? 1 : 2;
});
const data = { inputs, targets: labels };
const sure = createNetwork(model, { backend, parameters });

const temperatureOf = ({ model: { likelihood } }: typeof network) =>
  (likelihood as ReturnType<typeof categorical>).recipe?.options as { readonly temperature: number };

describe('temperatureScaling', () => {
  it('finds the temperature of the least NLL', async () => {
    const scaled = await temperatureScaling(sure, { data });
    const { temperature } = temperatureOf(scaled);
    expect(temperature).toBeGreaterThan(5);
    expect(temperature).toBeLessThan(20);
    const nllAt = async (factor: number) => {
      const other = sequential({
        input: [2],
        layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: 3 })],
        likelihood: categorical({ temperature: temperature * factor }),
      });
      return (await createNetwork(other, { backend, parameters }).evaluate(data)).nll;
    };
    const { nll } = await scaled.evaluate(data);
    expect(nll).toBeLessThan((await sure.evaluate(data)).nll);
    expect(nll).toBeCloseTo(await nllAt(1), 12);
    for (const factor of [0.98, 1.02]) expect(await nllAt(factor)).toBeGreaterThan(nll);
    // A half of the outputs has half of the temperature.
    const halved = Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data: own }]) => [
        name,
        { shape, data: name.startsWith('dense2') ? own.map((value) => value / 2) : own },
      ]),
    );
    const half = await temperatureScaling(createNetwork(model, { backend, parameters: halved }), { data });
    expect(temperatureOf(half).temperature / temperature).toBeCloseTo(0.5, 2);
  });

  it('keeps labels, and is kept in the file', async () => {
    const scaled = await temperatureScaling(sure, { data });
    const [before, after] = [await sure.predict(inputs), await scaled.predict(inputs)];
    expect(after.labels).toEqual(before.labels);
    expect(Math.max(...after.entropy)).toBeGreaterThan(Math.max(...before.entropy) * 0.9);
    const again = deserializeNetwork(scaled.toBytes(), { backend });
    expect(bits(await again.predict(inputs))).toEqual(bits(after));
  });

  it('is that of the average over an ensemble', async () => {
    const both = ensemble([sure, network]);
    const scaled = await temperatureScaling(both, { data });
    expect(scaled.posterior).toEqual(both.posterior);
    expect((await scaled.evaluate(data)).nll).toBeLessThan((await both.evaluate(data)).nll);
  });

  it('works for yes and no, and refuses numbers', async () => {
    const yes = untrained(sequential({ input: [2], layers: [dense({ units: 1 })], likelihood: binary() }));
    const targets = labels.map((label) => Math.min(label, 1));
    const scaled = await temperatureScaling(yes, { data: { inputs, targets } });
    expect((await scaled.evaluate({ inputs, targets })).nll).toBeLessThanOrEqual(
      (await yes.evaluate({ inputs, targets })).nll,
    );
    const values = untrained(sequential({ input: [2], layers: [dense({ units: 1 })], likelihood: gaussian() }));
    await expect(temperatureScaling(values, { data: { inputs, targets } })).rejects.toMatchObject({
      code: 'VARDROP_TEMPERATURE',
    });
    for (const temperature of [0, -1, Number.NaN])
      expect(() => categorical({ temperature })).toThrow(expect.objectContaining({ code: 'VARDROP_LIKELIHOOD' }));
    const warm = await temperatureScaling(sure, { data });
    await expect(lastLayerLaplace(warm, { data })).rejects.toMatchObject({ code: 'VARDROP_LAPLACE' });
  });
});
