import type { ProductPrecision } from '../program/program.js';
import { mapElements } from './elementwise.js';
import { roundHalfToEven } from './roundHalfToEven.js';

/** The operand's values after rounding to the precision in which a product reads them. */
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
  // Numbers below 2⁻¹⁴ are subnormal and as far apart as the numbers just above 2⁻¹⁴.
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const rounded = roundHalfToEven(x / unit) * unit;
  return Math.abs(rounded) > 65504 ? Math.sign(x) * Number.POSITIVE_INFINITY : rounded;
}
