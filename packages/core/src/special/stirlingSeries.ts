import { BERNOULLI } from './bernoulli.js';

/**
 * `log Γ(x) − (x − ½) log x + x − ½ log 2π` in float64, by Stirling's series `Σ B₂ⱼ / (2j (2j − 1) x^(2j−1))`.
 *
 * @param x at least 12
 */
export function stirlingSeries(x: number): number {
  return BERNOULLI.reduceRight((sum, b, i) => sum / (x * x) + b / (2 * i + 2) / (2 * i + 1), 0) / x;
}
