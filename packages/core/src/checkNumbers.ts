import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

const typedArrays: ReadonlySet<string> = new Set(
  ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float16', 'Float32', 'Float64'].map(
    (kind) => `[object ${kind}Array]`,
  ),
);

/**
 * Throws `VARDROP_TYPE` unless `values` is an array of numbers, or a typed array, but not of BigInts. JavaScript would take
 * null, true and '' for 0 and 1. `place` describes the position of an element.
 */
export function checkNumbers(
  what: string,
  values: unknown,
  place: (index: number) => string,
): asserts values is ArrayLike<number> {
  if (ArrayBuffer.isView(values) && typedArrays.has(Object.prototype.toString.call(values))) return;
  if (!Array.isArray(values)) {
    throw new VardropError(
      'VARDROP_TYPE',
      `${what}: got ${formatValue(values)}, needs a Float32Array or another array of numbers. ${remedyFor(values)}`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === 'number') continue;
    throw new VardropError(
      'VARDROP_TYPE',
      `${what}: got ${formatValue(values[i])} ${place(i)}, needs numbers. ${remedyForElement(values[i])}`,
    );
  }
}

function remedyFor(values: unknown): string {
  if (values instanceof Promise) return 'Await it.';
  if (typeof values !== 'object' || values === null) return 'Pass all values in one array, row-major.';
  // What JSON makes of a Float32Array.
  if ('0' in values) return 'JSON writes a Float32Array as an object: store Array.from(values), or use serializeState.';
  return 'Read the numbers of a tensor first, such as by await tensor.data().';
}

function remedyForElement(element: unknown): string {
  if (Array.isArray(element) || ArrayBuffer.isView(element)) return 'Write rows.flat(): all values in one array.';
  if (typeof element === 'string' || typeof element === 'bigint') return 'Convert it with Number(…).';
  return 'Remove or fill in what is missing.';
}
