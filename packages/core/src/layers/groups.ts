import { VardropError } from '../errors.js';
import { checkPositive } from './window.js';

/**
 * Throws `VARDROP_LAYER` unless `groups` is a positive integer that divides the filters.
 */
export function checkGroups(who: string, filters: number, groups: number): void {
  checkPositive(who, 'groups', groups);
  if (filters % groups === 0) return;
  throw new VardropError(
    'VARDROP_LAYER',
    `[${who}] filters: got ${filters} for ${groups} groups, needs a multiple of ${groups}. Each group has as many filters.`,
  );
}

/** Throws `VARDROP_SHAPE` unless the channels of inputs can be cut into groups. */
export function checkGroupedInputs(who: string, inputShape: readonly number[], groups: number): void {
  const channels = inputShape[inputShape.length - 1];
  if (channels % groups === 0) return;
  throw new VardropError(
    'VARDROP_SHAPE',
    `[${who}] inputs: got [batch, ${inputShape.join(', ')}], needs channels that are a multiple of ${groups} groups. Change groups.`,
  );
}
