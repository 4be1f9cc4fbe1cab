/**
 * `(Φ(s) − ½) / φ(s) = s + s³/3 + s⁵/15 + …` in float64, with Φ the standard normal distribution and φ its density. All
 * terms have the sign of s, so nothing cancels (Abramowitz & Stegun 1964, 26.2.11).
 *
 * @param s a number of size up to 1.5: there 28 terms reach float64 accuracy
 */
export function normalSeries(s: number): number {
  let sum = 1;
  for (let index = 28; index > 0; index--) sum = 1 + (sum * s * s) / (2 * index + 1);
  return s * sum;
}
