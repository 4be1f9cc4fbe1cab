import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { GraphValue, InputKind, InputOptions } from './layer.js';

const kinds: readonly InputKind[] = ['numbers', 'integers'];

/**
 * An input of a graph. Throws `VARDROP_MODEL` for a shape that is not made of positive integers and for a name that is not
 * letters, digits and `_`; `VARDROP_OPTION` for another kind and unknown options.
 */
export function input(options: InputOptions): GraphValue {
  checkOptionNames('input', options, { shape: true, name: true, kind: true }, { dtype: "Write kind: 'integers'." });
  const { shape, name, kind } = options;
  checkInputShape('[input] shape', shape);
  if (name !== undefined && (typeof name !== 'string' || !isGraphName(name))) {
    throw new VardropError(
      'VARDROP_MODEL',
      `[input] name: got ${formatValue(name)}, needs letters, digits and '_', a letter first. Rename it.`,
    );
  }
  if (kind !== undefined) checkChoice('VARDROP_OPTION', '[input] kind', kind, kinds);
  return { source: 'input', options: { ...options, shape: [...shape] } };
}

/** Whether an input or an output may have this name. Assigning to `__proto__` changes an object's prototype. */
export function isGraphName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && name !== '__proto__';
}

/** Throws `VARDROP_MODEL` unless `shape` is the shape of a datapoint. */
export function checkInputShape(what: string, shape: readonly number[]): void {
  if (Array.isArray(shape) && shape.length > 0 && shape.every((n) => Number.isInteger(n) && n > 0)) return;
  throw new VardropError(
    'VARDROP_MODEL',
    `${what}: got ${formatValue(shape)}, needs the shape of one datapoint: positive integers, such as [784].`,
  );
}

/** Throws `VARDROP_MODEL` unless `value` is a value of a graph. */
export function checkGraphValue(what: string, value: unknown): asserts value is GraphValue {
  const source = typeof value === 'object' && value !== null && 'source' in value ? value.source : undefined;
  if (source === 'input' || source === 'layer') return;
  throw new VardropError(
    'VARDROP_MODEL',
    `${what}: got ${formatValue(value)}, needs a value of a graph, such as input({ shape }) or dense({ units })(x) gives.`,
  );
}
