import type { ProductPrecision } from '../program/program.js';
import { mapElements } from './elementwise.js';
import { roundHalfToEven } from './roundHalfToEven.js';

/** The numbers that a product reads in place of its operand's. */
export function readInPrecision(values: Float64Array, precision: ProductPrecision | undefined): Float64Array {
  switch (precision) {
    case undefined:
      return values;
    case 'float16':
      return mapElements(values, toFloat16);
    case 'int8':
      return mapElements(values, (x) => Math.min(Math.max(roundHalfToEven(x), -127), 127));
  }
}

/** The nearest float16, ties to even; an infinity beyond 65,504. */
function toFloat16(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return x;
  // Numbers below 2⁻¹⁴ are subnormal: they lie as far apart as those just above it.
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const rounded = roundHalfToEven(x / unit) * unit;
  return Math.abs(rounded) > 65504 ? Math.sign(x) * Number.POSITIVE_INFINITY : rounded;
}
