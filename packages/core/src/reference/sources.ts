import type { NoiseKey } from '../backend.js';
import type { SpecialFunction } from '../program/program.js';

/** Fills `out` with the elements `offset, offset + 1, …` of the stream that the two uint32 `words` name. */
export type NoiseSource = (
  distribution: 'uniform' | 'normal',
  words: readonly [number, number],
  out: Float32Array,
  offset: number,
) => void;

/** Float64 values of the special functions. */
export type SpecialFunctions = Readonly<Record<SpecialFunction, (x: number) => number>>;

/** Where nodes get what is not among their operands. */
export interface Sources {
  /** A key for each name that noise nodes mention. */
  readonly keys?: Readonly<Record<string, NoiseKey>>;
  /** Makes noise. */
  readonly noise?: NoiseSource;
  /** Evaluates `special` nodes. */
  readonly functions?: SpecialFunctions;
}
