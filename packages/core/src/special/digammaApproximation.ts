import type { Arithmetic } from './arithmetic.js'; export function digammaApproximation<V>(m: Arithmetic<V>, x: V): V { return m.neg(x); }
