import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Operation, SpecialFunction } from './program.js';

/** Largest attribute that counts cells: what every backend can hold. */
const largest = 2 ** 31 - 1;

const distributions = { uniform: true, normal: true } as const;
const specialFunctions: Readonly<Record<SpecialFunction, true>> = {
  dawson: true,
  logUniformKl: true,
  lgamma: true,
  digamma: true,
  trigamma: true,
  normalQuantile: true,
  logNormalCdf: true,
  inverseMillsRatio: true,
};

/**
 * Checks what an operation says beyond its operands: types, lengths and ranges of its attributes. Throws
 * `VARDROP_WINDOW` for windows, `VARDROP_SHAPE` for slices and pads, and `VARDROP_PROGRAM` for the rest.
 */
export function checkAttributes(operation: Operation): void {
  switch (operation.op) {
    case 'special':
      checkName(operation.op, 'function', operation.function, specialFunctions);
      return;
    case 'noise':
      checkName(operation.op, 'distribution', operation.distribution, distributions);
      return;
    case 'slice':
      checkWhole(operation.op, 'starts', operation.starts, 0, undefined, 'VARDROP_SHAPE');
      checkWhole(operation.op, 'steps', operation.steps, -largest, undefined, 'VARDROP_SHAPE');
      return;
    case 'pad':
      for (const name of ['before', 'after', 'interior'] as const) {
        checkWhole(operation.op, name, operation[name], 0, undefined, 'VARDROP_SHAPE');
      }
      checkPadValue(operation.value);
      return;
    default:
      checkWindow(operation);
  }
}

function checkWindow(operation: Operation): void {
  if (!('strides' in operation)) return;
  checkWhole(operation.op, 'strides', operation.strides, 1, 2);
  checkWhole(operation.op, 'padding', operation.padding, 0, 4);
  if ('size' in operation) checkWhole(operation.op, 'size', operation.size, 1, 2);
  if ('dilations' in operation) {
    checkWhole(operation.op, 'dilations', operation.dilations, 1, 2);
    checkWhole(operation.op, 'groups', [operation.groups], 1, 1);
  }
}

function checkWhole(
  op: string,
  name: string,
  values: readonly number[],
  least: number,
  count: number | undefined,
  code = 'VARDROP_WINDOW',
): void {
  const valid =
    Array.isArray(values) &&
    (count === undefined || values.length === count) &&
    values.every((n) => Number.isInteger(n) && n >= least && n <= largest);
  if (valid) return;
  throw new VardropError(
    code,
    `[program] ${op}: ${name}: got ${formatValue(count === 1 ? values[0] : values)}, needs ${count === 1 ? 'a whole number' : `${count ?? 'an array of'} whole numbers`} from ${least} to ${largest}.`,
  );
}

function checkName(op: string, what: string, name: string, known: Readonly<Record<string, true>>): void {
  if (typeof name === 'string' && Object.hasOwn(known, name)) return;
  throw new VardropError(
    'VARDROP_PROGRAM',
    `[program] ${op}: ${what}: got ${formatValue(name)}, needs ${Object.keys(known).join(' or ')}.`,
  );
}

function checkPadValue(value: number): void {
  if (
    typeof value === 'number' &&
    !Number.isNaN(value) &&
    Number.isFinite(value) === Number.isFinite(Math.fround(value))
  )
    return;
  throw new VardropError(
    'VARDROP_PROGRAM',
    `[program] pad: value: got ${formatValue(value)}, needs a number that float32 holds, or an infinity.`,
  );
}
