import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphaOfRate } from '../../src/extend.js';
import {
  bernoulli,
  bernoulliLearned,
  bidirectional,
  type Estimator,
  flipout,
  gaussianDropout,
  gru,
  localReparametrization,
  meanField,
  type NoiseModel,
  separateSamples,
  singleSample,
  sparseVariational,
  variationalDropout,
} from '../../src/index.js';
import { elementCount } from '../../src/program/index.js';
import { type DrawnNoise, digits, kinds, normals, over, run, sizes, valuesOf } from '../layers/recurrentFixture.js';

// Under every estimator a datapoint has one sample of the weights for all steps of its sequence: the outputs are those of the
// layer without noise whose weights are that sample. So mean and covariance of all its states are those of random weights.

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const alpha = alphaOfRate(0.3);
const temperature = 0.3;
const relaxedFactor = (rho: number, u: number) =>
  sigmoid(-(rho + Math.log((u + 2 ** -24) / (1 - u - 2 ** -24))) / temperature) * (1 + Math.exp(rho));

/** A noise model and what it does to a weight or to an input, by its definition. */
interface Definition {
  readonly model: NoiseModel;
  /** The name of its noise. */
  readonly stream: string;
  /** A sampled weight, from its mean, a random number and its own parameter; or the factor of an input, whose mean is 1. */
  readonly sampled: (mean: number, drawn: number, own: number) => number;
}

const noises: Readonly<Record<string, Definition>> = {
  sparse: { model: sparseVariational(), stream: 'weights', sampled: (mean, z, own) => mean + Math.exp(own / 2) * z },
  'mean field': { model: meanField(), stream: 'weights', sampled: (mean, z, own) => mean + Math.exp(own / 2) * z },
  'gaussian B': {
    model: gaussianDropout({ type: 'B', rate: 0.3 }),
    stream: 'weights',
    sampled: (mean, z) => mean + Math.sqrt(alpha) * mean * z,
  },
  ...Object.fromEntries(
    (['network', 'layer', 'weight'] as const).map((each) => [
      `variational B, ${each}`,
      {
        model: variationalDropout({ type: 'B', alpha: each }),
        stream: 'weights',
        sampled: (mean: number, z: number, own: number) => mean + Math.sqrt(sigmoid(own)) * mean * z,
      },
    ]),
  ),
  'learned, weight': {
    model: bernoulliLearned({ rates: 'weight', temperature }),
    stream: 'mask',
    sampled: (mean, u, own) => mean * relaxedFactor(own, u),
  },
  bernoulli: { model: bernoulli({ rate: 0.3 }), stream: 'mask', sampled: (mean, u) => (u < 0.3 ? 0 : mean / 0.7) },
  'gaussian A': {
    model: gaussianDropout({ type: 'A', rate: 0.3 }),
    stream: 'scale',
    sampled: (mean, z) => mean * (1 + Math.sqrt(alpha) * z),
  },
  'learned, layer': {
    model: bernoulliLearned({ rates: 'layer', temperature }),
    stream: 'mask',
    sampled: (mean, u, own) => mean * relaxedFactor(own, u),
  },
};

/** The weights of one part that datapoint m has, from the same noise. */
function sampledWeights(
  { model, stream, sampled }: Definition,
  estimator: string,
  drawn: DrawnNoise,
  part: { readonly name: string; readonly shape: readonly number[] },
  mean: Float64Array,
  own: (weight: number) => number,
  { m, batch }: { readonly m: number; readonly batch: number },
): Float64Array {
  const [, columns] = part.shape;
  /** The numbers of this datapoint, or of all of them: as many as there have to be for one draw for a whole sequence. */
  const noiseOf = (name: string, each: number, shared: boolean) => {
    const { shape, data } = drawn[`${part.name}/${name}`];
    expect(elementCount(shape), `${part.name}/${name} [${shape}]`).toBe((shared ? 1 : batch) * each);
    return data.subarray(shared ? 0 : m * each, (shared ? 0 : m * each) + each);
  };
  if (model.acts === 'inputs') {
    const factors = noiseOf(stream, part.shape[0], estimator === 'single');
    return mean.map((weight, i) => sampled(weight, factors[Math.floor(i / columns)], own(i)));
  }
  const numbers = noiseOf(stream, mean.length, estimator !== 'separate');
  if (estimator !== 'flipout') return mean.map((weight, i) => sampled(weight, numbers[i], own(i)));
  const [ofInputs, ofOutputs] = [noiseOf('inputSigns', part.shape[0], false), noiseOf('outputSigns', columns, false)];
  const sign = (u: number) => (u < 0.5 ? 1 : -1);
  return mean.map((weight, i) =>
    sampled(weight, numbers[i] * sign(ofInputs[Math.floor(i / columns)]) * sign(ofOutputs[i % columns]), own(i)),
  );
}

const layers = {
  ...kinds,
  bidirectional: ({ units, ...options }: Parameters<(typeof kinds)[string]>[0]) =>
    bidirectional({ name: 'layer', layer: gru({ units, resetAfter: false, ...options }) }),
};

describe.each(Object.entries(layers))('%s: a datapoint has one sample of the weights at all steps', (_, make) => {
  describe.each(Object.entries(noises))('%s', (_name, definition) => {
    const { model: noise } = definition;
    const ofInputs = noise.acts === 'inputs';
    const estimators = [singleSample(), separateSamples(), flipout(), localReparametrization()].filter(
      (each) => each.refuses(noise) === undefined && (ofInputs || !each.preActivations),
    );

    it.each(estimators.map((each) => [each.name, each] as const))('%s', (name, estimator: Estimator) => {
      fc.assert(
        fc.property(sizes, ({ batch, steps, features, units, seed }) => {
          const options = { units, returns: 'sequence', noise, estimator, divergence: null } as const;
          const network = over(make(options), steps, features);
          const x = normals(seed, 50, batch * steps * features);
          const values = valuesOf(network, seed);
          const { rows, drawn } = run(network, { x }, values, { batch, mode: 'sample', seed: seed + 1 });
          const parts = network.layers[0].parts ?? [];
          for (let m = 0; m < batch; m++) {
            const weights = parts.map(({ name: part, weightShape, parameters }) => {
              const ownName = parameters.find((each) => /rho|logVariance/.test(each.name));
              const owner = ownName?.owner === 'network' ? 'network' : `layer/${part}`;
              const own = ownName ? values[`${owner}/${ownName.name}`] : Float64Array.of(0);
              const mean = values[`layer/${part}/weights`];
              const ofWeight = (i: number) => own[own.length === 1 ? 0 : i];
              const shaped = { name: part, shape: weightShape };
              const place = { m, batch };
              return [
                `layer/${part}/weights`,
                sampledWeights(definition, name, drawn, shaped, mean, ofWeight, place),
              ] as const;
            });
            const alone = x.subarray(m * steps * features, (m + 1) * steps * features);
            const [expected] = run(
              network,
              { x: alone },
              { ...values, ...Object.fromEntries(weights) },
              { batch: 1 },
            ).rows;
            rows[m].forEach((value, i) => {
              expect(value).toBeCloseTo(expected[i], digits - 2);
            });
          }
        }),
        { numRuns: 6, seed: 1 },
      );
    });
  });

  it('takes flipout where nobody has chosen an estimator and the noise allows it, else separate samples', () => {
    const chosen = (noise: NoiseModel) =>
      over(make({ units: 2, noise, divergence: null }), 3, 4).layers[0].parts?.map(({ estimator }) => estimator.name);
    expect(new Set(chosen(sparseVariational()))).toEqual(new Set(['flipout']));
    expect(new Set(chosen(bernoulliLearned({ rates: 'weight' })))).toEqual(new Set(['separate']));
    expect(new Set(chosen(bernoulli()))).toEqual(new Set(['local']));
  });
});
