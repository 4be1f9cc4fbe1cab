import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { VardropError } from '@vardrop/core';
import { imageData } from './imageData.js';
import { imageFolder, isImageFolder } from './imageFolder.js';
import { loadData } from './loadData.js';
import { openTable } from './openTable.js';
import type { ColumnOptions, LoadedData } from './tableData.js';

/** Where data come from, and what their columns are for. */
export interface DataOptions extends Omit<ColumnOptions, 'target'> {
  /** A table, a folder of images, or a folder of IDX files. Default: the embedded digits. */
  readonly data?: string;
  /** Target columns of a table. */
  readonly target?: readonly string[];
}

/**
 * Loads the data of a command: the embedded digits, IDX files, folders of images, or a table.
 *
 * @throws VardropError `VARDROP_TARGET` for a table without a target or
 * images with one, and what reading the files throws.
 */
export async function loadTaskData(options: DataOptions): Promise<LoadedData> {
  const { data: path, target, likelihood, exclude, weights } = options;
  const columns = { likelihood, exclude, weights };
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  const given = Object.entries({ target, ...columns }).find(([, value]) => value !== undefined);
  if (path === undefined || found?.isDirectory() || (found === undefined && given === undefined)) {
    if (given)
      refuseTarget(`--${given[0]}`, `got it with ${path ?? 'the embedded digits'}, which are images`, 'a table');
    const data = path !== undefined && (await isImageFolder(path)) ? await imageFolder(path) : undefined;
    return { kind: 'split', data: data ?? imageData(await loadData({ directory: path })) };
  }
  if (target === undefined) {
    const { columns: names } = await openTable(path);
    const shown = names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ');
    return refuseTarget('--target', `got none for ${path}`, `the name of the column to predict, one of ${shown}`);
  }
  const source = await openTable(path);
  const name = basename(path);
  return { kind: 'table', name, table: await source.table(), notes: source.notes, columns: { ...columns, target } };
}

function refuseTarget(option: string, got: string, needs: string): never {
  throw new VardropError('VARDROP_TARGET', `[vardrop train] ${option}: ${got}, needs ${needs}.`);
}
