import type { Arithmetic } from './arithmetic.js'; export function inverseMillsRatioApproximation<V>(m: Arithmetic<V>, x: V): V { return m.neg(x); }
