import type { Ledger } from './ledger.js';

/** How far a tensor may be off, relative to its norm: both sides add up in float64, and values of fixtures have 12 digits. */
const tolerance = 1e-9;

/** Norms below this one count as this one: gradients that are 0 but for their rounding have no size of their own. */
const smallestNorm = 1e-3;

/** Compares tensors in float64 with expected ones by the norm of their difference. Throws for the first that is off. */
export function compareNorms(
  got: Readonly<Record<string, ArrayLike<number>>>,
  expected: Readonly<Record<string, ArrayLike<number>>>,
  ledger: Ledger,
): void {
  for (const [name, wanted] of Object.entries(expected)) {
    const values = got[name];
    if (values.length !== wanted.length) {
      throw new Error(`${name}: got ${values.length} values, wanted ${wanted.length}`);
    }
    const differences = Array.from(wanted, (value, i) => Math.abs(value - values[i]));
    const bound = tolerance * Math.max(Math.hypot(...Array.from(wanted)), smallestNorm);
    const error = Math.hypot(...differences);
    if (!(error <= bound)) {
      const worst = differences.indexOf(Math.max(...differences));
      throw new Error(
        `${name}: got ${values[worst]} at ${worst}, wanted ${wanted[worst]}; in all it is off by ${error}, wanted at most ${bound}`,
      );
    }
    ledger.compare(error, bound);
  }
}
