import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinearLayerOptions } from '../../src/extend.js';
import {
  activation,
  add,
  batchNorm,
  dense,
  embedding,
  flipout,
  type GraphValue,
  globalMaxPooling1d,
  input,
  layerNorm,
  localReparametrization,
  model,
  multiHeadAttention,
  positionEmbedding,
  prune,
  sparseVariational,
} from '../../src/index.js';
import { expectLaw, foldedBiases, noisyLayers, randomParameters, threshold } from './helpers.js';

type Next = () => LinearLayerOptions;

const heads = (next: Next, units: number) => multiHeadAttention({ heads: 2, size: 3, units, ...next() });

/** From words `[4, 5]` to a sequence: what may be between, before the last layer. */
const middles: Readonly<Record<string, (x: GraphValue, next: Next) => GraphValue>> = {
  self: (x, next) => heads(next, 3)(x),
  block: (x, next) => add()(x, heads(next, 5)(x)),
  pair: (x, next) => heads(next, 3)(dense({ units: 4, activation: 'relu', ...next() })(x), x),
  triple: (x, next) => heads(next, 3)(x, batchNorm({ epsilon: 0.25 })(x), activation('relu')(x)),
  positions: (x, next) => dense({ units: 4, ...next() })(positionEmbedding({ length: 6, noise: next().noise })(x)),
};

const graphs = fc
  .record({
    kind: fc.constantFrom(...Object.keys(middles)),
    noise: noisyLayers(4),
    estimator: fc.constantFrom(localReparametrization, flipout),
  })
  .map(({ kind, noise, estimator }) => {
    let count = 0;
    const next: Next = () => noise[count++ % noise.length];
    const words = input({ shape: [4] });
    const table = embedding({ rows: 7, units: 5, noise: sparseVariational(), estimator: estimator() })(words);
    const places = dense({ units: 2, ...next() })(middles[kind](table, next));
    return { ...model({ inputs: words, outputs: globalMaxPooling1d()(places) }), kind };
  });

describe('pruned networks with attention', () => {
  it('compute what the masked model computes, with means and with the same noise', () => {
    let folded = 0;
    const removed = new Set<string>();
    fc.assert(
      fc.property(graphs, fc.integer({ min: 0, max: 60000 }), (graph, seed) => {
        const parameters = randomParameters(graph, seed);
        const { pruned, forMeans } = expectLaw(graph, parameters, seed);
        if (pruned.report.layers[0].keptUnits.length < 5) removed.add(graph.kind);
        folded += foldedBiases(parameters, forMeans);
      }),
      { numRuns: 100, seed: 1 },
    );
    expect([...removed].sort()).toEqual(Object.keys(middles).sort());
    expect(folded).toBeGreaterThan(5);
  }, 60_000);

  it('keep units where the sizes of heads follow them, and before norms that mix them', () => {
    const words = input({ shape: [4] });
    const table = embedding({ rows: 7, units: 6, noise: sparseVariational() })(words);
    const kept = (after: GraphValue) => {
      const graph = model({ inputs: words, outputs: dense({ units: 2, noise: sparseVariational() })(after) });
      return prune(graph, randomParameters(graph, 3), { threshold }).report.layers[0].keptUnits.length;
    };
    const noise = sparseVariational();
    expect(kept(table)).toBeLessThan(6);
    expect(kept(layerNorm()(table))).toBe(6);
    expect(kept(multiHeadAttention({ heads: 2, noise })(table))).toBe(6);
    expect(kept(multiHeadAttention({ heads: 2, size: 3, noise })(table))).toBe(6);
    expect(kept(multiHeadAttention({ heads: 2, size: 3, units: 6, noise })(table))).toBeLessThan(6);
  });
});
