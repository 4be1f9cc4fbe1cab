import type { Table } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import * as random from '@vardrop/core/random';
import { selectRows } from './selectRows.js';
import { checkParts, type Parts } from './splitRows.js';
import { createSource, type TableSource } from './tableSource.js';

export interface SplitSourceOptions<Given extends Parts = Parts> {
  /** The share of each part by its name, such as `{ train: 0.9, validation: 0.1 }`. Only the ratios count. */
  readonly parts: Given;
  /** A whole number from 0 on; 0 by default. */
  readonly seed?: number;
}

/**
 * Splits a table of any length into parts, each of which is a table that is read in blocks. Each row is dealt to a part at random,
 * by the seed and its number alone, so that nothing is kept in memory and shares hold on average only: with n rows a share p is
 * met to within a few √(p (1 − p) / n). `split` meets them exactly for a table in memory. Reading a part reads the whole
 * source. Throws `VARDROP_OPTION` and `VARDROP_INVALID_SEED`.
 */
export function splitSource<Given extends Parts>(
  source: TableSource,
  options: SplitSourceOptions<Given>,
): Record<keyof Given & string, TableSource> {
  checkOptionNames('splitSource', options, { parts: true, seed: true });
  const { parts, seed = 0 } = options;
  checkParts('splitSource', parts);
  const key = random.key(seed);
  const names = Object.keys(parts);
  const total = names.reduce((sum, name) => sum + parts[name], 0);
  let before = 0;
  const sources = names.map((name) => {
    const low = before / total;
    before += parts[name];
    const high = name === names.at(-1) ? 1 : before / total;
    return [name, partOf(source, key, low, high)] as const;
  });
  return Object.fromEntries(sources) as Record<keyof Given & string, TableSource>;
}

function partOf(source: TableSource, key: random.Key, low: number, high: number): TableSource {
  async function* blocks(): AsyncGenerator<Table> {
    let rows = 0;
    for await (const block of source.blocks()) {
      const draws = random.uniform(key, block.rows, rows);
      rows += block.rows;
      const own: number[] = [];
      draws.forEach((draw, row) => {
        if (draw >= low && draw < high) own.push(row);
      });
      if (own.length > 0) yield selectRows(block, own);
    }
  }
  return createSource({ name: source.name, columns: source.columns, notes: source.notes, blocks });
}
