import { VardropError } from '../errors.js';

/** Throws `VARDROP_EMPTY` if there are no values, and `VARDROP_SHAPE` unless there are `count`. */
export function checkCount(what: string, values: ArrayLike<number>, count: number, needs: string): void {
  if (values.length === count && count > 0) return;
  if (values.length === 0) throw new VardropError('VARDROP_EMPTY', `${what}: got none, needs ${needs}.`);
  throw new VardropError(
    'VARDROP_SHAPE',
    `${what}: got ${values.length} values, needs ${count}: ${needs}. Pass those of the same rows, in their order.`,
  );
}
