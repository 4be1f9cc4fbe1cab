import { VardropError } from '@vardrop/core';

/**
 * P(|T| ≤ t) for Student's t with a whole number of degrees of freedom ν: with θ = arctan(t/√ν) a finite sum in sin θ
 * and cos θ (Abramowitz & Stegun 1964, 26.7.3 for odd and 26.7.4 for even ν).
 */
function centralProbability(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= (cosine * cosine * (power - 1)) / power;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/**
 * How many standard errors an interval extends to either side of a mean, so that it holds the expectation with
 * probability `level`: the two-sided quantile of Student's t distribution, to the accuracy of float64.
 *
 * It is written out here, since it is a finite sum for integer degrees of freedom, and a library with this quantile has two
 * hundred dependencies. Throws `VARDROP_OPTION` unless `degrees` is a positive integer and `level` lies in (0, 1).
 */
export function studentQuantile(degrees: number, level = 0.95): number {
  if (!Number.isInteger(degrees) || degrees < 1 || !(level > 0 && level < 1)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[studentQuantile] degrees, level: got ${degrees}, ${level}, needs a positive integer and a number in (0, 1). Give at least two measurements.`,
    );
  }
  let high = 1;
  while (centralProbability(high, degrees) < level) high *= 2;
  let low = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (centralProbability(middle, degrees) < level) low = middle;
    else high = middle;
  }
}
