import type { NoiseKey } from '../backend/contract.js';
import type { SpecialFunction } from '../program/program.js';
import { hostGenerator } from '../random/hostGenerator.js';
import { dawson } from '../special/dawson.js';
import { digamma } from '../special/digamma.js';
import { inverseMillsRatio } from '../special/inverseMillsRatio.js';
import { lgamma } from '../special/lgamma.js';
import { logNormalCdf } from '../special/logNormalCdf.js';
import { logUniformKl } from '../special/logUniformKl.js';
import { normalQuantile } from '../special/normalQuantile.js';
import { trigamma } from '../special/trigamma.js';

/** Fills `out` with the elements `offset, offset + 1, …` of the stream that the two uint32 `words` name. */
export type NoiseSource = (
  distribution: 'uniform' | 'normal',
  words: readonly [number, number],
  out: Float32Array,
  offset: number,
) => void;

/** Float64 values of the special functions. */
export type SpecialFunctions = Readonly<Record<SpecialFunction, (x: number) => number>>;

/** Sources of values other than operands. Noise and functions default to core's own. */
export interface Sources {
  /** A key for each name that noise nodes mention. */
  readonly keys?: Readonly<Record<string, NoiseKey>>;
  /** Makes noise: the same float32 values as on every backend. */
  readonly noise?: NoiseSource;
  /** Evaluates `special` nodes. */
  readonly functions?: SpecialFunctions;
}

/** The host generator's noise. */
export const hostNoiseSource: NoiseSource = (distribution, words, out, offset) =>
  hostGenerator()[distribution](words, out, offset);

/** Core's special functions, accurate to float64. */
export const exactFunctions: SpecialFunctions = {
  dawson,
  logUniformKl,
  lgamma,
  digamma,
  trigamma,
  normalQuantile,
  logNormalCdf,
  inverseMillsRatio,
};
