import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataStream, fitPreprocessing, type PreprocessedRows, preprocess } from '@vardrop/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPreprocessingTo, fromCsv, fromParquet, fromRows, streamOf } from '../src/index.js';
import { failureOf, fixture } from './fixture.js';

async function read(stream: DataStream<PreprocessedRows>): Promise<Record<string, number[]>> {
  const all: Record<string, number[]> = { inputs: [], targets: [], weights: [] };
  for await (const block of stream.batches(0)) {
    for (const name of ['inputs', 'targets', 'weights'] as const) {
      for (const value of block[name] ?? []) all[name].push(value);
    }
  }
  return all;
}
const arrays = ({ inputs, targets, weights = new Float32Array() }: PreprocessedRows) => ({
  inputs: [...inputs],
  targets: [...targets],
  weights: [...weights],
});

const row = fc.record({
  age: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -100, max: 100 }) }, fc.constant('')),
  city: fc.constantFrom('Oslo', 'Bergen, west', '"x"'),
  price: fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((value) => Math.abs(value) > 1e-6),
  w: fc.integer({ min: 0, max: 9 }),
});
const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;

describe('a stream', () => {
  it('gives the rows that the table in memory gives, to the last bit', async () => {
    const options = { targets: 'price', weights: 'w', kinds: { price: 'number', age: 'number' } } as const;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 3, maxLength: 30 }), size(), async (rows, piece) => {
        const all = [{ age: 1, city: 'Oslo', price: 1, w: 1 }, { age: 2, city: 'Oslo', price: 2, w: 1 }, ...rows];
        const text = [['age', 'city', 'price', 'w'], ...all.map((each) => Object.values(each))]
          .map((values) => values.map(quoted).join(','))
          .join('\r\n');
        const file = new File([text], 'rows.csv');
        const source = await fromCsv(sliced(file, piece));
        const table = await fromRows(all).table();

        const learned = await fitPreprocessingTo(source, options);
        expect(learned).toEqual(fitPreprocessing(table, options));
        const stream = await streamOf(source, learned);
        expect(stream.rows).toBe(all.length);
        expect(stream.weightSum).toBe(all.reduce((sum, { w }) => sum + w, 0));
        const expected = arrays(preprocess(learned, table));
        expect(await read(stream)).toEqual(expected);
        expect(await read(stream)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('of a Parquet file gives the rows of the table in memory', async () => {
    const source = await fromParquet(fixture('snappy.parquet'));
    const options = { targets: 'float', exclude: ['text'] } as const;
    const learned = await fitPreprocessingTo(source, options);
    const table = await source.table();
    expect(learned).toEqual(fitPreprocessing(table, options));
    expect(await read(await streamOf(source, learned))).toEqual(arrays(preprocess(learned, table)));
  });

  it('names file, row and column of what is wrong', async () => {
    const train = await fromCsv({ text: 'a,b\n1,x\n2,y\n' }, { name: 'train.csv' });
    const learned = await fitPreprocessingTo(train);
    const other = await fromCsv({ text: 'a,b\n1,x\n2,z\n' }, { name: 'test.csv' });
    const stream = await streamOf(other, learned);
    expect(await failureOf(() => read(stream))).toMatchObject({
      code: 'VARDROP_CATEGORY',
      message: expect.stringMatching(/test\.csv, row 2, column 'b': got 'z', needs a category/),
    });
  });

  it('of a file that grows is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vardrop-data-'));
    try {
      const path = join(folder, 'rows.csv');
      await writeFile(path, 'a\n1\n2\n');
      const source = await fromCsv(path);
      const stream = await streamOf(source, await fitPreprocessingTo(source));
      await writeFile(path, 'a\n1\n2\n3\n');
      expect(await failureOf(() => read(stream))).toMatchObject({
        code: 'VARDROP_STREAM',
        message: expect.stringMatching(/rows\.csv: got 3 rows, needs 2, as when they were counted/),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function size() {
  return fc.integer({ min: 1, max: 64 });
}

/** A blob whose stream comes in pieces of some size. */
function sliced(blob: Blob, piece: number): Blob {
  const stream = () =>
    new ReadableStream<Uint8Array>({
      async start(controller) {
        for (let at = 0; at < blob.size; at += piece) {
          controller.enqueue(new Uint8Array(await blob.slice(at, at + piece).arrayBuffer()));
        }
        controller.close();
      },
    });
  return Object.assign(blob, { stream });
}
