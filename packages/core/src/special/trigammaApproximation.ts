import type { Arithmetic } from './arithmetic.js'; export function trigammaApproximation<V>(m: Arithmetic<V>, x: V): V { return m.neg(x); }
