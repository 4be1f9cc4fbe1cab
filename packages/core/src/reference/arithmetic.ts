import type { Supports } from '../backend/contract.js';

/** What of `supports` a bound depends on. */
export type Arithmetic = Pick<Supports, 'precision' | 'nonFinite' | 'subnormals' | 'ulps'>;
