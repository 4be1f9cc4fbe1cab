import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromParquet } from '../src/index.js';
import { blocksOf, failureOf, fixture, readJson, valuesOf } from './fixture.js';

const { parquet } = readJson<{ readonly parquet: Readonly<Record<string, readonly unknown[]>> }>('tables.json');
const names = Object.keys(parquet);

/** Values as JSON has them: big integers as numbers. */
const plain = (values: Readonly<Record<string, readonly unknown[]>>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, column]) => [
      name,
      column.map((value) => (typeof value === 'bigint' ? Number(value) : (value ?? null))),
    ]),
  );

describe.each(['snappy.parquet', 'zstd.parquet', 'gzip.parquet', 'plain.parquet'])("pyarrow's file %s", (name) => {
  it('has the values that were written, from a path, a blob and bytes', async () => {
    const bytes = await readFile(fixture(name));
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    for (const input of [fixture(name), fixture(name).pathname, new Blob([bytes]), bytes, buffer]) {
      const source = await fromParquet(input);
      expect(source.columns).toEqual(names);
      expect(await source.rows()).toBe(parquet.int.length);
      expect(plain(valuesOf(await source.table()))).toEqual(parquet);
    }
  });

  it('has the columns that are asked for, in that order', async () => {
    const table = await (await fromParquet(fixture(name), { columns: ['text', 'int'] })).table();
    expect(Object.keys(valuesOf(table))).toEqual(['text', 'int']);
    expect(plain(valuesOf(table))).toEqual({ text: parquet.text, int: parquet.int });
  });
});

it('is read by groups of rows, which are numbered through', async () => {
  const blocks = await blocksOf(await fromParquet(fixture('snappy.parquet')));
  expect(blocks.map(({ rows, firstRow }) => [rows, firstRow])).toEqual([
    [20, 1],
    [20, 21],
    [17, 41],
  ]);
});

describe('a Parquet file', () => {
  it('that is missing, another or cut off is refused', async () => {
    const bytes = await readFile(fixture('snappy.parquet'));
    const read = async (input: string | Blob, options = {}) => (await fromParquet(input, options)).table();
    expect(await failureOf(() => read('none.parquet'))).toMatchObject({
      code: 'VARDROP_FILE',
      message: expect.stringMatching(/none\.parquet: got no such file/),
    });
    expect(await failureOf(() => read(fixture('comma.csv').pathname))).toMatchObject({
      code: 'VARDROP_PARQUET',
      message: expect.stringMatching(/comma\.csv: got .*needs a whole Parquet file/),
    });
    expect(await failureOf(() => read(new Blob([bytes.subarray(0, -9)])))).toMatchObject({ code: 'VARDROP_PARQUET' });
    expect(await failureOf(() => read(new Blob([])))).toMatchObject({ code: 'VARDROP_PARQUET' });
    expect(await failureOf(() => read(new Blob([bytes]), { columns: ['txt'] }))).toMatchObject({
      code: 'VARDROP_COLUMN',
      message: expect.stringMatching(/column 'txt': got no such column, needs one of 'int'/),
    });
  });

  it('that is damaged gives coded errors, or other values', async () => {
    const bytes = await readFile(fixture('snappy.parquet'));
    const place = fc.nat(bytes.length - 1);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 8 }), async (changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        const failure = await failureOf(async () => (await fromParquet(damaged)).table());
        if (failure !== undefined) expect(failure).toMatchObject({ code: expect.stringMatching(/^VARDROP_/) });
      }),
      { numRuns: 200 },
    );
  });
});
