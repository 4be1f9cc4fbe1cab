import { describe, expect, it } from 'vitest';
import { createPredictor, dense, deserializeNetwork, fit, sequential, sgd, swag } from '../../src/index.js';
import { swagRule } from '../../src/posteriors/swagRule.js';
import { createBuilder } from '../../src/program/builder.js';
import { evaluate } from '../../src/reference/index.js';
import { blobs } from '../training/helpers.js';
import { backend, bits } from './helpers.js';

const model = sequential({ input: [2], layers: [dense({ units: 3, activation: 'tanh' }), dense({ units: 2 })] });

/** A network with the posterior, and the snapshots that it is of. */
async function train(options: Parameters<typeof swag>[0], epochs: number) {
  const collector = swag(options);
  const snapshots: Record<string, number[]>[] = [];
  const { network } = await fit(model, {
    ...{ backend, data: blobs(), epochs, batch: 8, optimizer: sgd({ learningRate: 0.3 }) },
    onEpoch: async (record, state) => {
      await collector.onEpoch(record, state);
      const { parameters } = await state();
      snapshots.push(Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, [...data]])));
    },
  });
  return { network, snapshots, collector };
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('swag', () => {
  it('has the moments of the snapshots', async () => {
    const { network, snapshots, collector } = await train({ rank: 3, from: 1, every: 2 }, 10);
    // After epochs 1, 3, 5, 7 and 9.
    const used = snapshots.filter((_, epoch) => epoch % 2 === 1);
    expect(collector.count()).toBe(5);
    const { parameters, posterior } = collector.network(network);
    expect(posterior?.settings).toEqual({ rank: 3 });
    for (const [name, { data }] of Object.entries(parameters)) {
      data.forEach((value, i) => {
        const each = used.map((snapshot) => snapshot[name][i]);
        const mean = average(each);
        expect(value).toBeCloseTo(mean, 6);
        const deviation = Math.sqrt(average(each.map((x) => (x - mean) ** 2)));
        expect(posterior?.tensors[`${name}/deviation`].data[i]).toBeCloseTo(deviation, 5);
        // Each column is the difference from the mean of the snapshots until then.
        [2, 3, 4].forEach((at, column) => {
          const before = average(each.slice(0, at + 1));
          expect(posterior?.tensors[`${name}/columns`].data[column * data.length + i]).toBeCloseTo(
            each[at] - before,
            5,
          );
        });
      });
    }
  });

  it('draws as equation 1 of the paper says', () => {
    const b = createBuilder('draw');
    const [mean, deviation, columns] = [
      b.input('mean', [2, 1]),
      b.input('deviation', [2, 1]),
      b.input('columns', [3, 2, 1]),
    ];
    const z: Record<string, ReturnType<typeof b.input>> = {
      common: b.input('z2', [1, 3]),
      'w/x': b.input('z1', [2, 1]),
    };
    const drawn = swagRule.draw(b, {
      settings: { rank: 3 },
      values: { 'w/x': mean },
      tensors: { 'w/x/deviation': deviation, 'w/x/columns': columns },
      number: b.constant(0),
      normal: (name) => z[name],
    });
    b.output('drawn', drawn['w/x']);
    const inputs = {
      mean: Float32Array.of(1, -2),
      deviation: Float32Array.of(0.5, 0.25),
      columns: Float32Array.of(1, 2, -1, 0.5, 3, -2),
      z1: Float32Array.of(2, -4),
      z2: Float32Array.of(1, 0.5, -1),
    };
    // D z₂ is 1 − 0.5 − 3 and 2 + 0.25 + 2; 2 (K − 1) is 4.
    const { drawn: found } = evaluate(b.build() as never, { inputs });
    expect(found[0]).toBeCloseTo(1 + Math.SQRT1_2 * 0.5 * 2 + -2.5 / 2, 6);
    expect(found[1]).toBeCloseTo(-2 - Math.SQRT1_2 * 0.25 * 4 + 4.25 / 2, 6);
  });

  it('predicts alike for any cut of the rows, and after a file', async () => {
    const { network, collector } = await train({ rank: 4 }, 6);
    const averaged = collector.network(network);
    const inputs = [0.5, -0.25, 1, 0.125, -0.75, 0];
    const whole = await averaged.predict(inputs, { samples: 5, seed: 2 });
    const cut = await averaged.predict(inputs, { samples: 5, seed: 2, batch: 2 });
    expect(bits(cut)).toEqual(bits(whole));
    expect(whole.samples).toBe(5);
    const again = deserializeNetwork(averaged.toBytes(), { backend });
    expect(bits(await again.predict(inputs, { samples: 5, seed: 2 }))).toEqual(bits(whole));
    // The mean is that of the averaged weights.
    const { posterior: _, ...plain } = averaged;
    const predictor = createPredictor(plain.model, { backend, mode: 'mean', posterior: averaged.posterior });
    predictor.dispose();
    expect((await averaged.predict(inputs, { mode: 'mean' })).samples).toBe(0);
  });

  it('refuses too few snapshots, and those of another training', async () => {
    const { network, collector } = await train({ from: 3, every: 4 }, 5);
    expect(() => collector.network(network)).toThrow('train for 8 epochs');
    const other = await train({}, 3);
    const wider = sequential({ input: [2], layers: [dense({ units: 5 }), dense({ units: 2 })] });
    const { network: wide } = await fit(wider, { backend, data: blobs(), epochs: 1 });
    expect(() => other.collector.network(wide as never)).toThrow(
      expect.objectContaining({ code: 'VARDROP_POSTERIOR' }),
    );
    for (const wrong of [{ rank: 1 }, { from: -1 }, { every: 0 }, { start: 2 }])
      expect(() => swag(wrong as never)).toThrow(expect.objectContaining({ code: 'VARDROP_OPTION' }));
  });
});
