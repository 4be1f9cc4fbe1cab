import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activation,
  batchNorm,
  dense,
  embedding,
  input,
  mask,
  model,
  multiHeadAttention,
  prune,
  sequential,
  sparseVariational,
} from '../../src/index.js';
import { elementCount } from '../../src/program/index.js';
import { difference, randomValues } from '../layers/runLayer.js';
import { forward } from './helpers.js';

describe('pruning through batchNorm', () => {
  it('removes units with their scale, shift and running statistics, and keeps the mean prediction', () => {
    let removed = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 2, max: 4 }),
        fc.boolean(),
        fc.nat(1e6),
        (units, inputs, scale, seed) => {
          const model = sequential({
            input: [inputs],
            noise: sparseVariational(),
            layers: [dense({ units }), batchNorm({ scale }), activation('relu'), dense({ units: 3 })],
          });
          const gone = randomValues(seed, 99, units);
          const parameters = Object.fromEntries(
            [...model.parameters, ...model.carried].map(({ name, shape }, i) => {
              const values = randomValues(seed, i, elementCount(shape));
              const data = Float32Array.from(values, (value, j) => {
                if (name === 'batchNorm1/variance') return Math.exp(value);
                if (name === 'dense1/logVariance') return gone[j % units] > 0 ? 20 : -20;
                return name.endsWith('logVariance') ? -20 : value;
              });
              return [name, { shape, data }];
            }),
          );
          const pruned = prune(model, parameters, { preserve: 'mean' });
          const x = Float32Array.from(randomValues(seed, 100, 2 * inputs));
          removed += pruned.report.unitsRemoved;
          for (const { name, shape } of [...pruned.model.parameters, ...pruned.model.carried]) {
            expect(pruned.parameters[name].shape, name).toEqual(shape);
          }
          const before = forward(model, mask(model, parameters), x, 'mean');
          expect(difference(forward(pruned.model, pruned.parameters, x, 'mean'), before)).toBeLessThan(1e-6);
        },
      ),
    );
    expect(removed).toBeGreaterThan(20);
  });
});

describe('pruning around attention', () => {
  it('removes units that attention reads, its own units, and those of an embedding', () => {
    let removed = 0;
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 5 }), fc.integer({ min: 2, max: 5 }), fc.nat(1e6), (units, inner, seed) => {
        const words = input({ shape: [3] });
        const read = activation('tanh')(dense({ units })(embedding({ rows: 4, units: inner })(words)));
        const attended = multiHeadAttention({ heads: 2, size: 1, units: inner })(
          read,
          embedding({ rows: 4, units })(words),
        );
        const network = model({
          inputs: words,
          outputs: dense({ units: 2 })(attended),
          noise: sparseVariational(),
        });
        const parameters = Object.fromEntries(
          network.parameters.map(({ name, shape }, i) => {
            const columns = shape[shape.length - 1];
            // Columns with an index in `dead` go, in every layer.
            const dead = randomValues(seed, 50, columns);
            const data = Float32Array.from(randomValues(seed, i, elementCount(shape)), (value, j) =>
              name.endsWith('logVariance') ? (dead[j % columns] > 0.2 ? 20 : -20) : value,
            );
            return [name, { shape, data }];
          }),
        );
        const pruned = prune(network, parameters, { preserve: 'mean' });
        removed += pruned.report.unitsRemoved;
        const x = Float32Array.of(0, 3, 1, 2, 2, 0);
        const before = forward(network, mask(network, parameters), x, 'mean');
        expect(difference(forward(pruned.model, pruned.parameters, x, 'mean'), before)).toBeLessThan(1e-6);
      }),
    );
    expect(removed).toBeGreaterThan(100);
  });
});
