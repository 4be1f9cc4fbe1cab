import type { Estimator } from '@vardrop/core';
import { checkOnce } from '../checkProperty.js';
import type { Law, LawContext } from '../law.js';
import { activations, biases, noiseCases, units, weights } from '../noiseExpectations.js';
import { type NoisyLayer, rowsOf, sampleLayer } from '../noisyLayer.js';

/** Datapoints per case. */
const rows = 50;

/** Largest normal number that the inverse error function gives in float32. */
const largestNormal = 5.5;

/** Σ|a||θ| of an output, plus the size of its bias. */
function magnitude(output: number): number {
  return activations.reduce(
    (sum, a, i) => sum + Math.abs(a * weights[i * units.outputs + output]),
    Math.abs(biases[output]),
  );
}

/**
 * How far apart two computations of one pre-activation may be. Each rounds every term at most `roundings` times, beside
 * the `units.inputs` roundings of the sum itself and one of the bias. `spread` is the largest size of a term relative
 * to its mean.
 */
function bound(output: number, roundings: number, spread: number): number {
  return 2 * (units.inputs + 1 + roundings) * 2 ** -24 * magnitude(output) * spread;
}

/** Compares the pre-activations of two layers on the same inputs and streams. */
async function compareLayers(
  context: LawContext,
  [first, second]: readonly [NoisyLayer, NoisyLayer | 'mean'],
  boundOf: (output: number) => number,
  batch = rows,
): Promise<void> {
  const { ledger, seed } = context;
  const x = rowsOf(activations, batch);
  const got = await sampleLayer(context, first, x, seed);
  const wanted =
    second === 'mean'
      ? await sampleLayer(context, first, x, seed, 'mean')
      : await sampleLayer(context, second, x, seed);
  got.forEach((value, i) => {
    const allowed = boundOf(i % units.outputs);
    const error = Math.abs(value - wanted[i]);
    if (!(error <= allowed)) {
      throw new Error(
        `datapoint ${Math.floor(i / units.outputs)}, output ${i % units.outputs}: got ${value}, wanted ${wanted[i]} ± ${allowed}`,
      );
    }
    ledger.compare(error, allowed);
  });
}

const layer = (model: NoisyLayer['model'], estimator: Estimator, parameters: NoisyLayer['parameters'] = {}) => ({
  model,
  estimator,
  parameters: { weights, ...parameters },
});

async function checkSilent(context: LawContext): Promise<void> {
  const { bernoulli, flipout, gaussianDropout, local, none, separate, single } = context.models;
  const silent: readonly [string, NoisyLayer][] = [
    ['no noise', layer(none(), local())],
    ['Bernoulli with rate 0', layer(bernoulli({ rate: 0 }), local())],
    ['Gaussian A with rate 0', layer(gaussianDropout({ type: 'A', rate: 0 }), local())],
    ...[local(), separate(), single(), flipout()].map((estimator): [string, NoisyLayer] => [
      `Gaussian B with rate 0, ${estimator.name}`,
      layer(gaussianDropout({ type: 'B', rate: 0 }), estimator),
    ]),
  ];
  for (const [name, each] of silent) {
    await checkOnce(context, `${name} is the deterministic layer`, () =>
      compareLayers(context, [each, 'mean'], (output) => bound(output, 2, 1)),
    );
  }
}

async function checkVanishingVariance(context: LawContext): Promise<void> {
  const { flipout, local, separate, single, sparseVariational } = context.models;
  for (const estimator of [local(), separate(), single(), flipout()]) {
    await checkOnce(context, `variance towards 0, ${estimator.name}: the deterministic layer`, () => {
      const logVariance = -50;
      const reach = largestNormal * Math.exp(logVariance / 2) * activations.reduce((sum, a) => sum + Math.abs(a), 0);
      const still = layer(sparseVariational(), estimator, { logVariance: new Array(6).fill(logVariance) });
      return compareLayers(context, [still, 'mean'], (output) => bound(output, 2, 1) + reach);
    });
  }
}

async function checkFixedAlpha(context: LawContext): Promise<void> {
  const { backend, models } = context;
  const { flipout, gaussianDropout, local, separate, single, variationalDropout } = models;
  // α = sigmoid(ρ) = rate / (1 − rate) where ρ = log(rate / (1 − 2 rate)).
  const rate = 0.2;
  const rho = Math.fround(Math.log(rate / (1 - 2 * rate)));
  const { ulps } = backend.supports;
  // The error of √α = exp(½ log sigmoid(ρ)) or of sigmoid(ρ), in roundings, and ρ's own rounding.
  const alphaRoundings = 4 * Math.max(ulps.softplus, 1) + 2 * Math.max(ulps.exp, ulps.sigmoid, 1) + Math.abs(rho) + 4;
  for (const type of ['A', 'B'] as const) {
    for (const estimator of type === 'A' ? [local(), single()] : [local(), separate(), single(), flipout()]) {
      await checkOnce(context, `variational ${type} with fixed α is Gaussian ${type}, ${estimator.name}`, () =>
        compareLayers(
          context,
          [
            layer(variationalDropout({ type, alpha: 'layer' }), estimator, { rho: [rho] }),
            layer(gaussianDropout({ type, rate }), estimator),
          ],
          (output) => bound(output, alphaRoundings, 1 + largestNormal),
        ),
      );
    }
  }
}

async function checkFewDatapoints(context: LawContext): Promise<void> {
  const { ledger, models, seed } = context;
  const { flipout, local, separate, single } = models;
  for (const { name, model, parameters } of noiseCases(models)) {
    await checkOnce(context, `${name}: single is separate for one datapoint`, () =>
      compareLayers(
        context,
        [layer(model, single(), parameters), layer(model, separate(), parameters)],
        // Factors are at most 1/(1 − p) or 1 + 5.5 √α. Additive deviations are e^½ log σ² relative to the smallest
        // weight.
        (output) => bound(output, 8, 1 + 4 * largestNormal),
        1,
      ),
    );
    for (const estimator of [local(), separate(), single(), flipout()]) {
      if (estimator.refuses(model) !== undefined) continue;
      await checkOnce(context, `${name}, ${estimator.name}: a datapoint of zeros is the biases`, async () => {
        const y = await sampleLayer(
          context,
          layer(model, estimator, parameters),
          new Float32Array(2 * units.inputs),
          seed,
        );
        const wanted = (i: number) => biases[i % units.outputs];
        const wrong = y.findIndex((value, i) => value !== wanted(i));
        if (wrong >= 0) throw new Error(`output ${wrong % units.outputs}: got ${y[wrong]}, wanted ${wanted(wrong)}`);
        ledger.compare(0, 0);
      });
    }
  }
}

/** Cases in which a noise model under an estimator equals another one, or no noise. */
export const specialCases: Law = {
  id: 'special-cases',
  statement:
    'models agree where one is a case of another: variational with fixed α and Gaussian dropout, α → 0 and no noise, single and separate for one datapoint, flipout as σ → 0',
  async check(context) {
    await checkSilent(context);
    await checkVanishingVariance(context);
    await checkFixedAlpha(context);
    await checkFewDatapoints(context);
  },
};
