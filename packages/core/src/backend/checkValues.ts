import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { isFloat32Array } from '../isFloat32Array.js';
import { elementCount } from '../program/shapes.js';

/**
 * Checks values and shape that are passed to a backend named `name`. Throws `VARDROP_TYPE` unless `values` is a
 * Float32Array, since frameworks read the bytes of other arrays as float32. Throws `VARDROP_INPUT` unless `shape` is a
 * shape with as many elements as `values` has.
 */
export function checkValues(name: string, who: string, values: Float32Array, shape: readonly number[]): void {
  if (!isFloat32Array(values)) {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${name}] ${who}: got ${formatValue(values)}, needs a Float32Array. Write Float32Array.from(values).`,
    );
  }
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    const got = Array.isArray(shape) ? `[${shape.map(formatValue)}]` : formatValue(shape);
    throw new VardropError(
      'VARDROP_INPUT',
      `[${name}] ${who}: got the shape ${got}, needs an array of integers that are not negative. Pass the lengths of the axes.`,
    );
  }
  const needed = elementCount(shape);
  if (values.length === needed) return;
  throw new VardropError(
    'VARDROP_INPUT',
    `[${name}] ${who}: got ${values.length} values for shape [${shape}], needs ${needed}. Pass as many values as the shape has.`,
  );
}
