import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';

/** `valid`: the window stays inside. `same`: zeros are added so that `ceil(n / stride)` cells come out. */
export type PaddingMode = 'same' | 'valid';

/** A height and a width from one number or two. Throws `VARDROP_LAYER` unless they are positive integers. */
export function pair(who: string, what: string, value: number | readonly [number, number]): readonly [number, number] {
  const result = typeof value === 'number' ? ([value, value] as const) : value;
  if (!Array.isArray(result) || result.length !== 2 || !result.every((n) => Number.isInteger(n) && n > 0)) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[${who}] ${what}: got ${formatValue(value)}, needs a positive integer or two of them.`,
    );
  }
  return result;
}

/** Throws `VARDROP_LAYER` for a padding that is neither `same` nor `valid`. */
export function checkPadding(who: string, padding: PaddingMode): void {
  if (padding !== 'same' && padding !== 'valid') {
    throw new VardropError('VARDROP_LAYER', `[${who}] padding: got ${formatValue(padding)}, needs 'same' or 'valid'.`);
  }
}

/** The axes of an image. Throws `VARDROP_SHAPE` for other inputs. */
export function imageShape(name: string, shape: readonly number[]): readonly [number, number, number] {
  if (shape.length !== 3) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[${name}] inputs: got [batch, ${shape.join(', ')}], needs images [batch, height, width, channels]. Declare the model's input so, or put a reshape before it.`,
    );
  }
  return [shape[0], shape[1], shape[2]];
}
