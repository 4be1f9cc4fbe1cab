/** The nearest whole number; in ties the even one. */
export function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  // `floor` or rounding up can lose the sign of a zero. It is taken from x.
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return rounded === 0 ? x * 0 : Number.isFinite(x) ? rounded : x;
}
