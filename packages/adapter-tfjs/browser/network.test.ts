import { dense, deserializeNetwork, fit, gaussian, sequential, variationalDropout } from '@vardrop/core';
import { loadNetwork } from '@vardrop/core/node';
import { expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

it('a network in a page predicts, evaluates, and is kept as bytes; files need Node', async () => {
  const backend = await createTfjsBackend({ device: 'cpu' });
  const model = sequential({
    input: [2],
    noise: variationalDropout(),
    layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 1 })],
    likelihood: gaussian(),
  });
  const inputs = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i * i));
  const targets = inputs.filter((_, i) => i % 2 === 0);
  const { network } = await fit(model, { backend, data: { inputs, targets }, epochs: 2, batch: 5 });
  const prediction = await network.predict(inputs, { samples: 3 });
  expect(await network.evaluate({ inputs, targets })).toMatchObject({ kind: 'regression', rows: 10 });

  await expect(network.save('network.safetensors')).rejects.toMatchObject({
    code: 'VARDROP_NO_FILE_SYSTEM',
    message: expect.stringContaining('toBytes() of a network'),
  });
  const bytes = network.toBytes();
  const read = deserializeNetwork(bytes, { backend, targets: 'values' });
  expect(await read.predict(inputs, { samples: 3 })).toEqual(prediction);
  const chosen = await loadNetwork(new File([bytes], 'network.safetensors'), { backend, targets: 'values' });
  expect(await chosen.predict(inputs, { samples: 3 })).toEqual(prediction);
  await expect(loadNetwork('network.safetensors', { backend })).rejects.toMatchObject({
    code: 'VARDROP_NO_FILE_SYSTEM',
  });
  await backend.close();
});
