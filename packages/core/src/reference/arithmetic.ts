import type { Supports } from '../backend/contract.js';

/** The part of `supports` that error bounds depend on. */
export type Arithmetic = Pick<Supports, 'precision' | 'nonFinite' | 'subnormals' | 'ulps'>;
