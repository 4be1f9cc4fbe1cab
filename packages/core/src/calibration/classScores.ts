import type { ConformalRule } from './conformalRule.js';

type ClassRule = Pick<ConformalRule, 'score' | 'penalty' | 'rank'>;

/**
 * The score of each class of one row of probabilities. `threshold`: `1 − p` (Sadinle, Lei & Wasserman 2019). `aps`: the probability of
 * this class and all more probable ones (Romano, Sesia & Candès 2020). `raps`: that and a penalty for each place after the first `rank`
 * (Angelopoulos et al. 2021). Equally probable classes are in their order. `noise`, from 0 to 1 and the same for all classes, is the
 * share of its own probability that a class does not count; without randomisation 0.
 */
export function classScores(
  probabilities: ArrayLike<number>,
  { score, penalty = 0, rank = 0 }: ClassRule,
  noise = 0,
): Float64Array {
  const classes = probabilities.length;
  if (score === 'threshold') return Float64Array.from(probabilities, (p) => 1 - p);
  const order = Array.from({ length: classes }, (_, c) => c).sort(
    (a, b) => probabilities[b] - probabilities[a] || a - b,
  );
  const scores = new Float64Array(classes);
  let sum = 0;
  order.forEach((c, place) => {
    sum += probabilities[c];
    scores[c] = sum - noise * probabilities[c] + (score === 'raps' ? penalty * Math.max(0, place + 1 - rank) : 0);
  });
  return scores;
}
