import { VardropError } from '../errors.js';
import { elementCount } from '../program/shapes.js';

/** Throws `VARDROP_INPUT` unless there are as many values as the shape has; for what a backend named `name` is handed. */
export function checkValues(name: string, who: string, values: Float32Array, shape: readonly number[]): void {
  const needed = elementCount(shape);
  if (values.length === needed) return;
  throw new VardropError(
    'VARDROP_INPUT',
    `[${name}] ${who}: got ${values.length} values for shape [${shape}], needs ${needed}. Pass as many values as the shape has.`,
  );
}
