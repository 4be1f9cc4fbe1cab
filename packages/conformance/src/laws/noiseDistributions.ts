import { checkOnce } from '../checkProperty.js';
import type { LawContext } from '../law.js';
import { sampleFactor } from '../law.js';
import { activations, biases, type NoiseCase, noiseCases, units, weights } from '../noiseExpectations.js';
import { every, rowsOf, sampleLayer } from '../noisyLayer.js';
import { distributionDistance, distributionThreshold, normalProbability, weightedSum } from '../statistics.js';

/** Samples at effort `quick`. */
const samples = 2 ** 15;

/**
 * Weighted sums of the two outputs whose distributions are compared. The distributions of all such sums determine the
 * joint one (Cramér & Wold 1936).
 */
const projections = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -2],
] as const;

/** Noise with a Gaussian posterior. Pre-activations are then Gaussian too. */
const gaussianCases = ['Gaussian B', 'variational B, α a weight', 'sparse variational'];

/** Mean and variance of output j. */
function momentsOf({ noise, additive }: NoiseCase, output: number) {
  const { mean, variance } = weightedSum(
    activations.map((a, input) => ({
      weight: additive ? a : a * weights[input * units.outputs + output],
      moments: noise(input, output),
    })),
  );
  return { mean: mean + biases[output], variance };
}

/**
 * For dense layers with Gaussian weights, local reparametrization and weight sampling give the same distribution. The
 * outputs of each are compared with the normal distribution that both should have: `N(γ, δ)`, independent between
 * outputs.
 */
export async function checkDistributions(context: LawContext): Promise<void> {
  const { ledger, models, seed } = context;
  const count = samples * sampleFactor(context.effort);
  for (const [index, each] of noiseCases(models).entries()) {
    if (!gaussianCases.includes(each.name)) continue;
    const moments = [momentsOf(each, 0), momentsOf(each, 1)];
    const layer = { model: each.model, parameters: { weights, ...each.parameters } };
    const draws = [
      // Where each datapoint has its own noise, use many datapoints. Where datapoints share noise, use many copies of
      // the outputs.
      ...[models.local(), models.separate()].map((estimator) => ({ estimator, rows: count, copies: 1 })),
      ...[models.single(), models.flipout()].map((estimator) => ({ estimator, rows: 1, copies: count })),
    ];
    for (const { estimator, rows, copies } of draws) {
      await checkOnce(context, `law of ${each.name}, ${estimator.name}`, async () => {
        const y = await sampleLayer(
          context,
          { ...layer, estimator, copies },
          rowsOf(activations, rows),
          seed + 100 + index,
        );
        const outputs = [every(y, 0, 2), every(y, 1, 2)];
        const threshold = distributionThreshold(count);
        ledger.effect('distribution function', 2 * threshold);
        for (const [first, second] of projections) {
          const mean = first * moments[0].mean + second * moments[1].mean;
          const deviation = Math.sqrt(first ** 2 * moments[0].variance + second ** 2 * moments[1].variance);
          const sums = outputs[0].map((value, i) => first * value + second * outputs[1][i]);
          const distance = distributionDistance(sums, (x) => normalProbability((x - mean) / deviation));
          if (!(distance <= threshold)) {
            throw new Error(
              `distribution of ${first} b₀ + ${second} b₁ over ${count} samples: got one that is ${distance} from N(${mean}, ${deviation ** 2}), wanted at most ${threshold}`,
            );
          }
          ledger.compare(distance, threshold);
        }
      });
    }
  }
}
