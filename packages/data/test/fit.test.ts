import {
  dense,
  fit,
  gaussian,
  inputNames,
  type Preprocessing,
  preprocess,
  sequential,
  variationalDropout,
} from '@vardrop/core';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { fitPreprocessingTo, fromCsv, fromImages, splitSource, streamOf } from '../src/index.js';
import { fixture } from './fixture.js';

const lines = Array.from({ length: 200 }, (_, i) => {
  const city = ['Oslo', 'Bergen', ''][(i * 7) % 3];
  return `${i % 17},${city},${(0.3 * (i % 17) + (city === 'Oslo' ? 2 : 0) + ((i * 37) % 11) / 10).toFixed(2)},${1 + (i % 3)}`;
});
const text = `age,city,price,w\n${lines.join('\n')}\n`;
const options = { targets: 'price', weights: 'w' } as const;
const modelOf = (preprocessing: Preprocessing) =>
  sequential({
    input: [inputNames(preprocessing).length],
    noise: variationalDropout(),
    layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: 1 })],
    likelihood: gaussian(),
  });

describe('training on a CSV file', () => {
  it('is training on the table in memory, to the last bit', async () => {
    const source = await fromCsv({ text });
    const preprocessing = await fitPreprocessingTo(source, options);
    const model = modelOf(preprocessing);
    const stream = await streamOf(source, preprocessing);
    const table = preprocess(preprocessing, await source.table());
    const setting = { backend: createReferenceBackend(), epochs: 3, batch: 32, seed: 4 };
    for (const shuffle of [false, 50]) {
      const streamed = await fit(model, { ...setting, data: stream, shuffle, preprocessing });
      const whole = await fit(model, { ...setting, data: table, shuffle, preprocessing });
      expect(streamed.state.parameters).toEqual(whole.state.parameters);
      expect(streamed.history.map(({ loss }) => loss)).toEqual(whole.history.map(({ loss }) => loss));
    }
  });

  it('predicts prices in their units, from rows', async () => {
    const source = await fromCsv({ text });
    const { train, test } = splitSource(source, { parts: { train: 4, test: 1 }, seed: 1 });
    const preprocessing = await fitPreprocessingTo(train, options);
    const { network, history } = await fit(modelOf(preprocessing), {
      backend: createReferenceBackend(),
      data: await streamOf(train, preprocessing),
      validation: await streamOf(test, preprocessing),
      preprocessing,
      epochs: 30,
      batch: 16,
    });
    expect(history).toHaveLength(30);
    const [low, high] = (
      await network.predict([
        { age: 1, city: 'Bergen' },
        { age: 15, city: 'Oslo' },
      ])
    ).mean;
    expect(low).toBeGreaterThan(-1);
    expect(high).toBeGreaterThan(low);
    expect(high).toBeLessThan(9);
  });
});

it('training on a folder of images is training on all of them in memory', async () => {
  const images = await fromImages(fixture('images'), { size: [4, 5], channels: 1, block: 2 });
  const model = sequential({ input: [20], layers: [dense({ units: 2 })] });
  const setting = { backend: createReferenceBackend(), epochs: 2, batch: 4, shuffle: false } as const;
  const streamed = await fit(model, { ...setting, data: images });
  const whole = await fit(model, { ...setting, data: await images.dataset() });
  expect(streamed.state.parameters).toEqual(whole.state.parameters);
});
