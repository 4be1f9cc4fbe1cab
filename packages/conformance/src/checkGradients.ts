import type { Program } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { differencesOf, type Point } from './differences.js';
import type { Ledger } from './ledger.js';

/** How far an element of a gradient may be off, relative to the gradient's largest element. */
const tolerance = 1e-6;

/**
 * Compares the gradients of a bound program with a scalar output `loss` with finite differences in float64, tensor by
 * tensor: `‖g − fd‖∞ ≤ 10⁻⁶ ‖g‖∞`, plus the error of the differences themselves. Returns how many elements were
 * compared. Elements next to a kink, and elements with inaccurate differences, are not compared.
 *
 * @param gradients the program of the gradients, whose outputs are named after the inputs
 */
export function checkGradients(loss: Program, gradients: Program, point: Point, ledger: Ledger): number {
  const values = evaluate(gradients, point);
  const differences = differencesOf(loss, point);
  let compared = 0;
  for (const [name, gradient] of Object.entries(values)) {
    const size = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    gradient.forEach((value, i) => {
      if (!Number.isFinite(value)) throw new Error(`gradient of ${name} at ${i}: got ${value}, wanted a finite number`);
      const difference = differences.at(name, i);
      if (difference === undefined) return;
      const bound = tolerance * size + difference.error;
      const error = Math.abs(value - difference.value);
      if (error > bound) {
        throw new Error(`gradient of ${name} at ${i}: got ${value}, wanted ${difference.value} ± ${bound}`);
      }
      if (size > 0 && difference.error > tolerance * size) ledger.silent();
      else {
        ledger.compare(error, bound);
        compared++;
      }
    });
  }
  return compared;
}
