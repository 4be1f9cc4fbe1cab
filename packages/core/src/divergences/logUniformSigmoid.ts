import { checkNoOptions, type NoOptions } from '../noOptions.js';
import type { Builder, Value } from '../program/builder.js';
import { withRecipe } from '../recipe.js';
import {
  type Divergence,
  heldSquare,
  negativeLogAlpha,
  refusePosterior,
  refuseWithoutDensity,
  smallestSquare,
  sumOver,
} from './divergence.js';

// Molchanov, Ashukha & Vetrov 2017, section 4.2: −KL ≈ k₁ σ(k₂ + k₃ log α) − ½ log(1 + 1/α) − k₁.
const k1 = 0.63576;
const k2 = 1.8732;
const k3 = 1.48695;

/**
 * The sigmoid approximation of the KL to the log-uniform prior, for every α; within 0.0094 nats of the exact one, and 0 as α →
 * ∞. It has no options and throws `VARDROP_OPTION` if it is given any.
 */
export function logUniformSigmoid(options: NoOptions = {}): Divergence {
  checkNoOptions('logUniformSigmoid', options);
  return withRecipe('logUniformSigmoid', options, {
    name: 'sigmoid',
    refuses: refuseWithoutDensity,
    kl(b, posterior) {
      if (posterior.kind !== 'gaussian' && posterior.kind !== 'scale') refusePosterior('log α', posterior);
      if (posterior.kind === 'gaussian') return ofWeights(b, posterior.mean, posterior.logVariance);
      // With u = −log α: k₁ − k₁ σ(k₂ − k₃u) = k₁ σ(k₃u − k₂), which keeps its digits where it is small.
      const u = negativeLogAlpha(b, posterior);
      const saturation = b.mul(k1, b.sigmoid(b.sub(b.mul(k3, u), k2)));
      return sumOver(b, posterior, b.add(saturation, b.mul(0.5, b.softplus(u))));
    },
  });
}

/**
 * The same for N(θ, σ²) with one α per weight. Here σ² is available, and the KL and its gradient are the larger part of the
 * work besides contractions. With `p = 1/(1 + α) = θ²/(θ² + σ²)` and `s = σ(k₃u − k₂)` a term is `k₁s − ½ log(1 − p)`, and its
 * derivative in log α is `−½(p + 2k₁k₃ s(1 − s))`. The factors are chosen so that no extra product per weight remains: `z = hs`
 * with `h² = 2k₁k₃` gives `−½(p + z(h − z))`.
 */
function ofWeights(b: Builder, mean: Value, logVariance: Value): Value {
  const square = heldSquare(b, mean);
  const variance = b.exp(logVariance);
  const sum = b.add(square, variance);
  const p = b.div(square, sum);
  const h = Math.sqrt(2 * k1 * k3);
  // s = 1/(1 + e^k₂ α^k₃) = e^−k₂/(e^−k₂ + α^k₃).
  const power = b.exp(b.mul(k3, b.sub(logVariance, b.log(square))));
  const z = b.div(h * Math.exp(-k2), b.add(Math.exp(-k2), power));
  // 1 − p with a lower bound, so that the value stays finite where σ² underflows against θ².
  const rest = b.max(b.div(variance, sum), smallestSquare);
  // Where p is small, the logarithm loses the difference between p and 1 − rest; this is its first-order term.
  const lost = b.sub(p, b.sub(1, rest));
  const kl = b.sub(b.mul(k1 / h, b.reduceSum(z)), b.mul(0.5, b.reduceSum(b.sub(b.log(rest), lost))));
  const slope = b.add(p, b.mul(z, b.sub(h, z)));
  return b.withDerivative(kl, [
    // d log α/dθ = −2/θ, as −2θ/θ², which is 0 at 0.
    [mean, b.div(b.mul(mean, slope), square)],
    [logVariance, b.mul(-0.5, slope)],
  ]);
}
