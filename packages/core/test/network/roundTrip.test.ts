import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parts } from '../../src/description/parts.js';
import {
  deserializeNetwork,
  gaussian,
  input,
  type Layer,
  type Likelihoods,
  type Model,
  model,
  type Network,
  serializeNetwork,
} from '../../src/index.js';
import { accepted, appearance } from '../description/helpers.js';
import { layerSamples } from '../description/layerOptions.js';
import { backend, bits, untrained } from './helpers.js';

/** Two rows of each input; small whole numbers fit inputs of every kind. */
const rowsOf = ({ inputs }: Model) =>
  Object.fromEntries(
    inputs.map(({ name, shape }) => [
      name,
      Float32Array.from({ length: 2 * shape.reduce((a, b) => a * b, 1) }, (_, i) => i % 2),
    ]),
  );

async function checkSame(network: Network<Likelihoods>): Promise<void> {
  const bytes = serializeNetwork(network);
  const again = deserializeNetwork(bytes, { backend });
  expect(appearance(again.model)).toEqual(appearance(network.model));
  expect(bits(again.parameters)).toEqual(bits(network.parameters));
  expect(serializeNetwork(again)).toEqual(bytes);
  const [own, other] = await Promise.all(
    [network, again].map((each) => each.predict(rowsOf(each.model), { samples: 2, seed: 3 })),
  );
  expect(bits({ prediction: other })).toEqual(bits({ prediction: own }));
}

describe('a network of a file is the network that was written', () => {
  it.each(Object.entries(layerSamples))('%s', async (name, { inputs, options, kind }) => {
    let count = 0;
    const each = fc.asyncProperty(options, async (given) => {
      const values = inputs.map((shape) => input({ shape, kind }));
      const make = parts[name] as (options: object) => Layer;
      const made = accepted(() =>
        model({ inputs: values, outputs: make(given)(...values), likelihood: gaussian({ logVariance: -1 }) }),
      );
      if (made === undefined) return;
      count++;
      await checkSame(untrained(made));
    });
    await fc.assert(each, { numRuns: 6 });
    expect(count).toBeGreaterThan(0);
  });
});
