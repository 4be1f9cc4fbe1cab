import type { Arithmetic } from '../special/arithmetic.js';
import { cosApproximation } from '../special/cosApproximation.js';
import { dawsonApproximation } from '../special/dawsonApproximation.js';
import { digammaApproximation } from '../special/digammaApproximation.js';
import { erfApproximation } from '../special/erfApproximation.js';
import { inverseMillsRatioApproximation } from '../special/inverseMillsRatioApproximation.js';
import { lgammaApproximation } from '../special/lgammaApproximation.js';
import { logNormalCdfApproximation } from '../special/logNormalCdfApproximation.js';
import { logUniformKlApproximation } from '../special/logUniformKlApproximation.js';
import { normalQuantileApproximation } from '../special/normalQuantileApproximation.js';
import { sigmoidApproximation } from '../special/sigmoidApproximation.js';
import { softplusApproximation } from '../special/softplusApproximation.js';
import { tanhApproximation } from '../special/tanhApproximation.js';
import { trigammaApproximation } from '../special/trigammaApproximation.js';
import type { Value } from './builder.js';
import type { ExpandedFunction, Program, Shape } from './program.js';
import { rewrite } from './rewrite.js';

const expansions: Readonly<Record<ExpandedFunction, (m: Arithmetic<Value>, x: Value) => Value>> = {
  dawson: dawsonApproximation,
  logUniformKl: logUniformKlApproximation,
  lgamma: lgammaApproximation,
  digamma: digammaApproximation,
  trigamma: trigammaApproximation,
  normalQuantile: normalQuantileApproximation,
  logNormalCdf: logNormalCdfApproximation,
  inverseMillsRatio: inverseMillsRatioApproximation,
  sigmoid: sigmoidApproximation,
  softplus: softplusApproximation,
  tanh: tanhApproximation,
  cos: cosApproximation,
  erf: erfApproximation,
};

const isExpanded = (name: string): name is ExpandedFunction => Object.hasOwn(expansions, name);

/** Replaces functions that are not in `native` by chains of primitives that are accurate in float32. */
export function expand<S extends Shape>(program: Program<S>, native: readonly ExpandedFunction[]): Program<S> {
  return rewrite(program, (b, node, [x]) => {
    const name = node.op === 'special' ? node.function : node.op;
    return isExpanded(name) && !native.includes(name) ? expansions[name](b, x) : undefined;
  });
}
