import { VardropError } from '../../errors.js';
import type { Builder, Value } from '../../program/builder.js';
import type { DatapointShape } from '../layer.js';

/** Which steps of a sequence count: `[batch, 1]`, above 0 where step `t` does. */
export type StepMask = (b: Builder, extent: Value, t: number) => Value;

/**
 * Reads the second input of a recurrent layer: a mask `[batch, steps]` of 0 and 1, or the numbers of steps `[batch, 1]`, the
 * others being padding at the end. Throws `VARDROP_SHAPE` for other shapes.
 */
export function stepMask(name: string, steps: number, shape: DatapointShape): StepMask {
  const [length] = shape;
  if (shape.length === 1 && length === steps) {
    return (b, extent, t) => b.slice(extent, [undefined, { start: t, end: t + 1 }]);
  }
  // More than t steps.
  if (shape.length === 1 && length === 1) return (b, extent, t) => b.sub(extent, t);
  throw new VardropError(
    'VARDROP_SHAPE',
    `[${name}] input 2: got [batch, ${shape.join(', ')}] for sequences of ${steps} steps, needs a mask [batch, ${steps}] of 0 and 1, or lengths [batch, 1].`,
  );
}
