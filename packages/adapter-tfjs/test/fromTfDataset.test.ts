import * as tf from '@tensorflow/tfjs';
import { dense, fit, gaussian, input, model, sequential } from '@vardrop/core';
import { createReferenceBackend } from '@vardrop/core/reference';
import { expect, test } from 'vitest';
import { fromTfDataset } from '../src/index.js';

const rows = 23;
const inputs = Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i * i + 1));
const targets = Float32Array.from({ length: rows * 2 }, (_, i) => Math.cos(3 * i));
const weights = Float32Array.from({ length: rows }, (_, i) => 1 + (i % 3));
const rowOf = (values: Float32Array, width: number, row: number) => [
  ...values.subarray(row * width, (row + 1) * width),
];
const weightSum = weights.reduce((sum, weight) => sum + weight, 0);

const network = sequential({ input: [3], layers: [dense({ units: 4 }), dense({ units: 2 })], likelihood: gaussian() });
const options = { epochs: 2, batch: 5, seed: 3, shuffle: false } as const;
const trained = (data: Parameters<typeof fit>[1]['data']) =>
  fit(network, { backend: createReferenceBackend(), ...options, data }).then(({ state }) => state.parameters);

/** Elements of one row each. */
const elements = tf.data.generator(function* () {
  for (let row = 0; row < rows; row++)
    yield { xs: rowOf(inputs, 3, row), ys: rowOf(targets, 2, row), ws: weights[row] };
});

test.each([1, 4, 23])('trains as the same rows in memory do, in batches of %i, and leaves no tensor', async (size) => {
  const expected = await trained({ inputs, targets, weights });
  const before = tf.memory().numTensors;
  const got = await trained(fromTfDataset(elements.batch(size), { rows, weightSum }));
  expect(got).toEqual(expected);
  expect(tf.memory().numTensors).toBe(before);
});

test('takes elements that are no batches, and inputs by name', async () => {
  expect(await trained(fromTfDataset(elements, { rows, weightSum }))).toEqual(
    await trained({ inputs, targets, weights }),
  );
  const [a, b] = [input({ shape: [3], name: 'a' }), input({ shape: [2], name: 'b' })];
  const both = model({ inputs: [a, b], outputs: { left: dense({ units: 2 })(a), right: dense({ units: 2 })(b) } });
  const named = elements.map((each) => {
    const { xs, ys } = each as { xs: number[]; ys: number[] };
    return { xs: { a: xs, b: ys }, ys: { left: [1, 0], right: [0, 1] } };
  });
  const stream = fromTfDataset(named, { rows });
  const { history } = await fit(both, { backend: createReferenceBackend(), data: stream, epochs: 1 });
  expect(history).toHaveLength(1);
});

test('refuses what is no data set, and elements of another kind', async () => {
  expect(() => fromTfDataset({} as never, { rows })).toThrow('[fromTfDataset] dataset: got');
  expect(() => fromTfDataset(elements, { rows: 0 })).toThrow('needs the number of rows of an epoch');
  expect(() => fromTfDataset(elements, { rows, batch: 3 } as never)).toThrow("got 'batch'");
  const other = fromTfDataset(tf.data.array([1, 2]), { rows: 2 });
  await expect(trained(other)).rejects.toMatchObject({
    code: 'VARDROP_STREAM',
    message: expect.stringContaining('xs'),
  });
});
