/** Numbers below this are 0 in the products of Lentz's method. */
const TINY = 1e-300;

/**
 * The continued fraction of the incomplete beta function: `Bₓ(a, b) / (xᵃ (1 − x)ᵇ)` for x from 0 up to about `a/(a + b)`, by the
 * modified method of Lentz (Didonato & Morris 1992, eq. 9). `rest` is 1 − x, which has digits of its own where x is near 1; so it
 * is accurate for parameters of any size.
 *
 * @param a greater than 0
 * @param b greater than 0
 */
export function incompleteBetaFraction(a: number, b: number, x: number, rest: number): number {
  const denominator = (m: number) =>
    m + (m * (b - m) * x) / (a + 2 * m - 1) + ((a + m) * (a * rest - b * x + 1 + m * (1 + rest))) / (a + 2 * m + 1);
  // The term with m = 0 is left out of the first one: it is 0, also where a is 1.
  let result = nonZero((a * (a * rest - b * x + 1)) / (a + 1));
  let c = result;
  let d = 0;
  for (let m = 1; m <= 200; m++) {
    const numerator = ((a + m - 1) / (a + 2 * m - 1)) * ((a + b + m - 1) / (a + 2 * m - 1)) * m * (b - m) * x * x;
    const next = denominator(m);
    d = 1 / nonZero(next + numerator * d);
    c = nonZero(next + numerator / c);
    result *= c * d;
    if (Math.abs(c * d - 1) <= 2e-16) break;
  }
  return 1 / result;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
