/** The nearest whole number; of two that are equally near, the even one. */
export function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  // Where floor has lost the sign of a zero, or rounding up would, the number itself has it.
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return rounded === 0 ? x * 0 : Number.isFinite(x) ? rounded : x;
}
