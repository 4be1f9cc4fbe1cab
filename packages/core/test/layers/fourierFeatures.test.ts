import { describe, expect, it } from 'vitest';
import { adam, dense, fourierFeatures, initialState, sequential } from '../../src/index.js';
import { bindBatch } from '../../src/program/bindBatch.js';
import { createBuilder } from '../../src/program/builder.js';
import { createReferenceBackend, evaluate } from '../../src/reference/index.js';
import { createTrainer } from '../../src/training/index.js';

const units = 4000;
const lengthScale = 0.7;
const model = sequential({ input: [2], layers: [fourierFeatures({ units, lengthScale })] });

describe('fourierFeatures', () => {
  const { carried = {} } = initialState(model, adam(), 3);

  /** The features of rows of two numbers. */
  function features(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
    const b = createBuilder('features');
    const x = b.input('x', ['batch', 2]);
    const values = Object.fromEntries(Object.entries(carried).map(([name, { shape }]) => [name, b.input(name, shape)]));
    b.output('features', model.apply(b, x, values, 'mean'));
    const inputs = {
      x: Float32Array.from(rows.flat()),
      ...Object.fromEntries(Object.entries(carried).map(([name, { data }]) => [name, data])),
    };
    const { features: found } = evaluate(bindBatch(b.build(), rows.length), { inputs });
    return rows.map((_, i) => Array.from(found.slice(i * units, (i + 1) * units)));
  }

  it('has products that are those of a Gaussian kernel', () => {
    const rows = [
      [0.3, -1],
      [0.5, -0.6],
      [1.5, 0.2],
      [-4, 9],
    ];
    const found = features(rows);
    rows.forEach((x, i) => {
      rows.forEach((y, j) => {
        const kernel = Math.exp(-((x[0] - y[0]) ** 2 + (x[1] - y[1]) ** 2) / (2 * lengthScale ** 2));
        const product = found[i].reduce((sum, value, k) => sum + value * found[j][k], 0);
        // Five standard errors of a mean of 2 cos cos, whose deviation is at most 1.
        expect(Math.abs(product - kernel)).toBeLessThan(5 / Math.sqrt(units));
      });
    });
  });

  it('keeps its waves in training', async () => {
    const trained = sequential({ input: [2], layers: [fourierFeatures({ units: 5 }), dense({ units: 2 })] });
    const state = initialState(trained, adam(), 1);
    expect(trained.parameters.map(({ name }) => name)).toEqual(['dense1/weights', 'dense1/bias']);
    const trainer = createTrainer(trained, { backend: createReferenceBackend(), optimizer: adam(), state });
    const minibatch = {
      rows: 2,
      inputs: { x: Float32Array.of(1, 2, 3, 4) },
      targets: { output: Float32Array.of(1, 0, 0, 1) },
    };
    await trainer.run(minibatch, { learningRateFactor: 1, klScale: 1 });
    const after = await trainer.state();
    expect(after.carried).toEqual(state.carried);
    expect(after.parameters).not.toEqual(state.parameters);
    trainer.dispose();
  });

  it('refuses what it cannot be', () => {
    for (const options of [
      { units: 0 },
      { units: 2.5 },
      { units: 3, lengthScale: 0 },
      { units: 3, lengthScale: Number.NaN },
    ])
      expect(() => fourierFeatures(options)).toThrow(expect.objectContaining({ code: 'VARDROP_LAYER' }));
    expect(() => sequential({ input: [4, 2], layers: [fourierFeatures({ units: 3 })] })).toThrow(
      expect.objectContaining({ code: 'VARDROP_SHAPE' }),
    );
  });
});
