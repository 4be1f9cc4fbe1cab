/** Nodes of the Gauss–Kronrod rule of 15 points that are not negative, with their weights, and those of the Gauss rule of 7. */
const rule: readonly (readonly [node: number, weight: number, gauss: number])[] = [
  [0.9914553711208126, 0.022935322010529224, 0],
  [0.9491079123427585, 0.06309209262997856, 0.1294849661688697],
  [0.8648644233597691, 0.10479001032225019, 0],
  [0.7415311855993943, 0.14065325971552592, 0.27970539148927664],
  [0.5860872354676911, 0.1690047266392679, 0],
  [0.4058451513773972, 0.19035057806478542, 0.3818300505051189],
  [0.20778495500789848, 0.20443294007529889, 0],
  [0, 0.20948214108472782, 0.4179591836734694],
];

/**
 * The integral of `f` from `from` to `to` by Gauss–Kronrod rules on halves, until the two rules differ by less than `tolerance` in
 * all. `f` is not asked for its values at the ends.
 */
export function integrate(f: (x: number) => number, from: number, to: number, tolerance: number, depth = 40): number {
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  let fine = 0;
  let coarse = 0;
  for (const [node, weight, gauss] of rule) {
    const sum = node === 0 ? f(middle) : f(middle - half * node) + f(middle + half * node);
    fine += weight * sum;
    coarse += gauss * sum;
  }
  if (Math.abs(fine - coarse) * half <= tolerance || depth === 0) return fine * half;
  const left = integrate(f, from, middle, tolerance / 2, depth - 1);
  return left + integrate(f, middle, to, tolerance / 2, depth - 1);
}
