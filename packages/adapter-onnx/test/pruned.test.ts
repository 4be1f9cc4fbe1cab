import {
  adam,
  dense,
  initialState,
  mask,
  predict,
  prune,
  sequential,
  sparseVariational,
  type TensorMap,
} from '@vardrop/core';
import * as random from '@vardrop/core/random';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { describeOnnx, exportOnnx } from '../src/index.js';
import { boundsOfSample } from './predictionBounds.js';
import { devices, openModel } from './runtimes.js';

const lenet = sequential({
  input: [784],
  noise: sparseVariational(),
  layers: [dense({ units: 300, activation: 'relu' }), dense({ units: 100, activation: 'relu' }), dense({ units: 10 })],
});

/** LeNet-300-100 of which training has left few weights: log α is 10 for the others, −4 for these. */
function sparse(): TensorMap {
  const { parameters } = initialState(lenet, adam(), 1);
  const shares: Record<string, number> = { dense1: 0.011, dense2: 0.028, dense3: 0.38 };
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => {
      const [layer, kind] = name.split('/');
      if (kind === 'bias') return [name, { shape, data: random.normal(random.key(3), data.length) }];
      if (kind !== 'logVariance') return [name, { shape, data }];
      const kept = random.bernoulli(random.key(4), shares[layer], data.length);
      const means = parameters[`${layer}/weights`].data;
      // Two in five units of each hidden layer have no weights left at all.
      const units = shape[1];
      const alive = (i: number) => layer === 'dense3' || (i % units) % 5 > 1;
      const log = data.map((_, i) => 2 * Math.log(Math.abs(means[i])) + (kept[i] && alive(i) ? -4 : 10));
      return [name, { shape, data: log }];
    }),
  );
}

const parameters = sparse();
const masked = mask(lenet, parameters);
const pruned = prune(lenet, parameters);
const rows = 12;
const inputs = random.uniform(random.key(8), rows * 784);
const x = { shape: [rows, 784], data: inputs };

describe('a pruned LeNet-300-100', () => {
  it('is a smaller file, by the weights that have gone', () => {
    const { report } = pruned;
    expect(report.unitsRemoved).toBeGreaterThan(100);
    for (const kind of ['mean', 'moments', 'sample'] as const) {
      const dense = exportOnnx(lenet, masked, { kind });
      const small = exportOnnx(pruned.model, pruned.parameters, { kind });
      const numbers = (bytes: Uint8Array) =>
        describeOnnx(bytes).parameters.reduce(
          (sum, { shape }) => sum + shape.reduce<number>((n, axis) => n * (axis as number), 1),
          0,
        );
      // All but the parameters takes a few bytes more or less with the digits of the sizes.
      expect(Math.abs(dense.length - small.length - 4 * (numbers(dense) - numbers(small)))).toBeLessThan(100);
      console.log(
        `${kind}: ${report.nonZero} of ${report.weightsBefore} weights, ${report.unitsRemoved} units removed, ${dense.length} → ${small.length} bytes`,
      );
    }
  });

  it.each(devices)(
    'without its zeros takes a twentieth of the bytes, and gives the same outputs on %s',
    async (device) => {
      const files = [
        {},
        { sparse: true },
        { sparse: true, weights: 'float16' },
        { sparse: true, weights: 'int8' },
      ] as const;
      const bytes = files.map((options) => exportOnnx(pruned.model, pruned.parameters, { kind: 'mean', ...options }));
      console.log(`whole, sparse, float16, int8: ${bytes.map(({ length }) => length).join(', ')} bytes`);
      expect(bytes[1].length).toBeLessThan(16 * 1024);
      expect(bytes[0].length).toBeGreaterThan(20 * bytes[1].length);
      expect(bytes[2].length).toBeLessThan(bytes[1].length);
      expect(bytes[3].length).toBeLessThan(bytes[2].length);
      const [whole, sparse] = await Promise.all(
        bytes.slice(0, 2).map(async (file) => {
          const session = await openModel(device, file);
          const { logits } = await session.run({ x });
          await session.release();
          return logits;
        }),
      );
      expect([...sparse]).toEqual([...whole]);
    },
  );

  it.each(devices)('predicts as the masked network on %s', async (device) => {
    const means = await Promise.all(
      (
        [
          [lenet, masked],
          [pruned.model, pruned.parameters],
        ] as const
      ).map(async ([model, values]) => {
        const session = await openModel(device, exportOnnx(model, values, { kind: 'mean' }));
        const result = await session.run({ x });
        await session.release();
        return result;
      }),
    );
    // Logits of the two are sums of the same terms but for zeros, in another order.
    means[0].logits.forEach((value, i) => {
      expect(Math.abs(value - means[1].logits[i])).toBeLessThanOrEqual(bound(Math.floor(i / 10), i % 10));
    });
    const session = await openModel(device, exportOnnx(pruned.model, pruned.parameters, { kind: 'sample' }));
    const sampled = await session.run({ x, seed: 5, samples: 4, row: 0 });
    await session.release();
    const backend = createReferenceBackend();
    const own = await predict(pruned.model, { backend, parameters: pruned.parameters, inputs, seed: 5, samples: 4 });
    const network = { ...pruned, inputs, rows };
    const bounds = boundsOfSample(network, device, { seed: 5, samples: 4 }).probabilities;
    sampled.probabilities.forEach((p, i) => {
      // Other noise changes probabilities by tenths.
      expect(bounds[i]).toBeLessThan(1e-2);
      expect(Math.abs(p - own.probabilities[i])).toBeLessThanOrEqual(bounds[i] + 2 ** -24);
    });
  });
});

/**
 * How far two float32 evaluations of a logit of the masked network may lie apart: a running bound on each, `K u Σ|a||b|` a
 * sum of K terms that are not 0 (Higham 2002, eq. 3.5) and the errors of `a` through the weights, times two.
 */
function bound(row: number, logit: number): number {
  const u = 2 ** -24;
  let a = Float64Array.from(inputs.subarray(row * 784, (row + 1) * 784));
  let error = new Float64Array(784);
  for (const layer of ['dense1', 'dense2', 'dense3']) {
    const weights = masked[`${layer}/weights`];
    const bias = masked[`${layer}/bias`].data;
    const [fanIn, units] = weights.shape;
    const next = new Float64Array(units);
    const nextError = new Float64Array(units);
    for (let unit = 0; unit < units; unit++) {
      let sum = bias[unit];
      let size = Math.abs(sum);
      let moved = 0;
      let terms = 1;
      for (let i = 0; i < fanIn; i++) {
        const weight = weights.data[i * units + unit];
        if (weight === 0) continue;
        terms++;
        sum += a[i] * weight;
        size += Math.abs(a[i] * weight);
        moved += error[i] * Math.abs(weight);
      }
      next[unit] = layer === 'dense3' ? sum : Math.max(sum, 0);
      // Constants that pruning has moved into a bias are one more sum of them.
      nextError[unit] = moved + 2 * (terms + 1) * u * (size + moved);
    }
    a = next;
    error = nextError;
  }
  return 2 * error[logit];
}
