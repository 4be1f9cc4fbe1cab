import { readFileSync } from 'node:fs';
import type { Table } from '@vardrop/core';
import type { TableSource } from '../src/index.js';

/** A file of the folder with fixtures. */
export const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url);

export const readJson = <T>(name: string) => JSON.parse(readFileSync(fixture(name), 'utf8')) as T;

/** The values of a table by the names of its columns. */
export const valuesOf = (table: Table) =>
  Object.fromEntries(table.columns.map(({ name, values }) => [name, Array.from(values)]));

/** All blocks of a source. */
export async function blocksOf(source: TableSource): Promise<readonly Table[]> {
  const blocks: Table[] = [];
  for await (const block of source.blocks()) blocks.push(block);
  return blocks;
}

/** What a promise rejects with. */
export async function failureOf(act: () => Promise<unknown>): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  return undefined;
}
