import { fitPreprocessing, preprocess } from '@vardrop/core';
import { expect, it } from 'vitest';
import { fitPreprocessingTo, fromCsv, fromImages, fromParquet, streamOf } from '../src/index.js';

// Vite finds the files by the texts within these calls.
const files = {
  csv: new URL('../fixtures/crlf-semicolon-decimal.csv', import.meta.url),
  parquet: new URL('../fixtures/zstd.parquet', import.meta.url),
  png: new URL('../fixtures/images/cats/colours.png', import.meta.url),
};
const bytesOf = async (name: keyof typeof files) => (await fetch(files[name])).blob();

it('reads CSV files that a user chose, and streams of responses', async () => {
  const blob = await bytesOf('csv');
  const source = await fromCsv(new File([blob], 'rows.csv'));
  expect([source.name, source.notes.length, await source.rows()]).toEqual(['rows.csv', 3, 57]);
  const options = { inputs: ['text', 'empty'], targets: 'größe' } as const;
  const preprocessing = await fitPreprocessingTo(source, options);
  const table = await (await fromCsv(blob.stream())).table();
  expect(preprocessing).toEqual(fitPreprocessing(table, options));
  const targets: number[] = [];
  for await (const block of (await streamOf(source, preprocessing)).batches(0)) targets.push(...block.targets);
  expect(targets).toEqual([...preprocess(preprocessing, table).targets]);
});

it('reads Parquet files', async () => {
  const source = await fromParquet(await bytesOf('parquet'));
  const table = await source.table();
  expect([table.rows, source.columns.length]).toEqual([57, 9]);
  expect(table.columns[5].values[56]).toBe(56);
});

it('reads canvases, and gives what it gives for the file', async () => {
  const file = await bytesOf('png');
  const bitmap = await createImageBitmap(file);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  const images = await fromImages([
    { image: canvas, label: 'cat' },
    { image: file, label: 'cat' },
  ]);
  expect(images.shape).toEqual([7, 11, 3]);
  const { inputs } = await images.dataset();
  expect([...inputs.subarray(0, 231)]).toEqual([...inputs.subarray(231)]);
});

it('says that a page has no file system', async () => {
  await expect(fromCsv('rows.csv')).rejects.toMatchObject({ code: 'VARDROP_NO_FILE_SYSTEM' });
  await expect(fromImages('pets')).rejects.toMatchObject({ code: 'VARDROP_NO_FILE_SYSTEM' });
});
