import { type Divergence, negativeLogAlpha, refuseWithoutDensity, sumOver } from './divergence.js';

// Molchanov, Ashukha & Vetrov 2017, eq. 14: −KL ≈ k₁ σ(k₂ + k₃ log α) − ½ log(1 + 1/α) − k₁.
const k1 = 0.63576;
const k2 = 1.8732;
const k3 = 1.48695;

/**
 * The sigmoid approximation of the KL to the log-uniform prior, for every α; within 0.0094 nats of the exact one, and
 * 0 as α → ∞.
 */
export function logUniformSigmoid(): Divergence {
  return {
    name: 'sigmoid',
    refuses: refuseWithoutDensity,
    kl(b, posterior) {
      // With u = −log α: k₁ − k₁ σ(k₂ − k₃u) = k₁ σ(k₃u − k₂), which keeps its digits where it is small.
      const u = negativeLogAlpha(b, posterior);
      const saturation = b.mul(k1, b.sigmoid(b.sub(b.mul(k3, u), k2)));
      return sumOver(b, posterior, b.add(saturation, b.mul(0.5, b.softplus(u))));
    },
  };
}
