import { dawsonApproximation } from '../special/dawsonApproximation.js';
import { logUniformKlApproximation } from '../special/logUniformKlApproximation.js';
import type { Value } from './builder.js';
import type { Program, SpecialFunction } from './program.js';
import { rewrite } from './rewrite.js';

/** Puts float32-accurate chains of primitives in the place of special functions that are not in `native`. */
export function expand(program: Program, native: readonly SpecialFunction[]): Program {
  return rewrite(program, (b, node, operands) => {
    if (node.op !== 'special' || native.includes(node.function)) return undefined;
    return node.function === 'dawson'
      ? dawsonApproximation<Value>(b, operands[0])
      : logUniformKlApproximation<Value>(b, operands[0]);
  });
}
