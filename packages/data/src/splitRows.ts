import { VardropError } from '@vardrop/core';
import { formatValue } from '@vardrop/core/backend';
import * as random from '@vardrop/core/random';

/** The share of the rows that each part gets, by its name: positive numbers, of which only the ratios count. */
export type Parts = Readonly<Record<string, number>>;

/** Throws `VARDROP_OPTION` unless there is a part, and each share is positive. */
export function checkParts(who: string, parts: Parts): void {
  const given: unknown = parts;
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const shares = isObject ? Object.values(given) : [];
  if (shares.length > 0 && shares.every((share) => Number.isFinite(share) && share > 0)) return;
  throw new VardropError(
    'VARDROP_OPTION',
    `[${who}] parts: got ${formatValue(parts)}, needs positive shares by name, such as { train: 0.8, test: 0.2 }.`,
  );
}

/**
 * Deals out rows to parts: the indices of the rows of each, in ascending order. Rows of a stratum are shuffled by the seed and dealt
 * out one after the other, so that each part has its share of all rows to within one, and of each stratum to within two.
 */
export function splitRows<Given extends Parts>(
  rows: number,
  parts: Given,
  seed: number,
  strata?: ArrayLike<unknown>,
): Record<keyof Given & string, Uint32Array> {
  const names = Object.keys(parts) as (keyof Given & string)[];
  const total = names.reduce((sum, name) => sum + parts[name], 0);
  const dealt = new Map(names.map((name) => [name, [] as number[]]));
  order(rows, seed, strata).forEach((row, i) => {
    // The part that has the fewest rows beside its share.
    const behind = (name: keyof Given & string) => ((i + 1) * parts[name]) / total - (dealt.get(name)?.length ?? 0);
    const next = names.reduce((best, name) => (behind(name) > behind(best) ? name : best));
    dealt.get(next)?.push(row);
  });
  return Object.fromEntries([...dealt].map(([name, indices]) => [name, Uint32Array.from(indices).sort()])) as Record<
    keyof Given & string,
    Uint32Array
  >;
}

/** The rows shuffled, those of a stratum together. */
function order(rows: number, seed: number, strata: ArrayLike<unknown> | undefined): readonly number[] {
  const shuffled = Array.from(random.permutation(random.key(seed), rows));
  if (strata === undefined) return shuffled;
  const groups = new Map<string, number[]>();
  for (const row of shuffled) {
    const key = String(strata[row]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  // By name, so that the order of the rows does not matter.
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => group);
}
