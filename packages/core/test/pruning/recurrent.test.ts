import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinearLayerOptions } from '../../src/extend.js';
import {
  add,
  bidirectional,
  concatenate,
  conv1d,
  dense,
  flipout,
  type GraphValue,
  gru,
  input,
  lstm,
  type Model,
  maxPooling1d,
  model,
  type NoiseModel,
  separateSamples,
  simpleRnn,
} from '../../src/index.js';
import { expectLaw, foldedBiases, noisyLayers, randomParameters } from './helpers.js';

type Next = () => LinearLayerOptions;

/** The noise with an estimator that all steps of a sequence can share. */
function overSteps(next: Next): LinearLayerOptions {
  const { noise, estimator } = next();
  if (noise?.acts !== 'weights' || !estimator?.preActivations) return { noise, estimator };
  return { noise, estimator: flipout().refuses(noise as NoiseModel) === undefined ? flipout() : separateSamples() };
}

/** What reads a sequence `[5, units]` and gives a sequence, or numbers. */
const layers: Readonly<Record<string, (x: GraphValue, next: Next) => GraphValue>> = {
  lstm: (x, next) => lstm({ units: 2, ...overSteps(next) })(x),
  gru: (x, next) => gru({ units: 2, reverse: true, ...overSteps(next) })(x),
  simpleRnn: (x, next) => simpleRnn({ units: 2, ...overSteps(next) })(x),
  bidirectional: (x, next) => bidirectional({ layer: gru({ units: 2, ...overSteps(next) }) })(x),
};

const graphs = fc
  .record({ kind: fc.constantFrom(...Object.keys(layers)), coupled: fc.boolean(), noise: noisyLayers(4) })
  .map(({ kind, coupled, noise }): Model & { readonly kind: string } => {
    let count = 0;
    const next: Next = () => noise[count++ % noise.length];
    const x = input({ shape: [5, 2] });
    const first = conv1d({ filters: 4, size: 2, padding: 'causal', activation: 'relu', ...next() })(x);
    const other = dense({ units: coupled ? 4 : 3, activation: 'relu', ...next() })(x);
    const trunk = maxPooling1d({ size: 2, strides: 1, padding: 'same' })(
      coupled ? add()(first, other) : concatenate()(first, other),
    );
    const read = layers[kind](trunk, next);
    return { ...model({ inputs: x, outputs: dense({ units: 2, ...next() })(read) }), kind };
  });

describe('pruned networks with sequences', () => {
  it('compute what the masked model computes, with means and with the same noise', () => {
    let folded = 0;
    const removed = new Set<string>();
    fc.assert(
      fc.property(graphs, fc.integer({ min: 0, max: 60000 }), (graph, seed) => {
        const parameters = randomParameters(graph, seed);
        const { forMeans, pruned } = expectLaw(graph, parameters, seed);
        if (pruned.report.unitsRemoved > 0) removed.add(graph.kind);
        folded += foldedBiases(parameters, forMeans);
      }),
      { numRuns: 100, seed: 1 },
    );
    expect([...removed].sort()).toEqual(Object.keys(layers).sort());
    expect(folded).toBeGreaterThan(5);
  }, 60_000);
});
