import { checkObject } from '../checkObject.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Optimizer } from './optimizer.js';

/**
 * Throws `code` unless `value` is an optimizer, and `VARDROP_OPTIMIZER` for a filter or an observer, which turns no gradients
 * into updates.
 */
export function checkOptimizer(what: string, value: Optimizer, code = 'VARDROP_OPTION'): void {
  checkObject(code, what, value, 'update', 'adam()');
  checkObject(code, `${what}, slots`, value, 'slots', 'adam()');
  if (value.kind === undefined) return;
  throw new VardropError(
    'VARDROP_OPTIMIZER',
    `${what}: got ${formatValue(value.name)}, a link of a chain, needs an optimizer. Write chain(clipByGlobalNorm(1), adam(), movingAverage()).`,
  );
}

/** Throws `VARDROP_OPTIMIZER` unless `value` is an optimizer, a filter or an observer. */
export function checkLink(what: string, value: Optimizer): void {
  checkObject('VARDROP_OPTIMIZER', what, value, 'update', 'adam()');
  checkObject('VARDROP_OPTIMIZER', `${what}, slots`, value, 'slots', 'adam()');
}
