import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  fitPreprocessing,
  inputNames,
  preprocess,
  preprocessInputs,
  readPreprocessing,
  tableFromRows,
} from '@vardrop/core';
import { fromCsv, fromImages, fromParquet } from '@vardrop/data';
import { mutateBytes } from '../mutateBytes.js';
import { mutateJson } from '../mutateJson.js';

const fixtures = new URL('../../../packages/data/fixtures/', import.meta.url);
const filesOf = (...names) => names.map((name) => readFileSync(new URL(name, fixtures)));
const csv = filesOf('comma.csv', 'crlf-semicolon-decimal.csv', 'tab-utf16.csv', 'quoted-pipe.csv');
const parquet = filesOf('snappy.parquet', 'zstd.parquet', 'gzip.parquet', 'plain.parquet');
const images = filesOf(
  'images/cats/colours.png',
  'images/cats/palette.png',
  'images/dogs/deep.png',
  'images/cats/photo.jpg',
);
const table = tableFromRows([
  { age: 3, city: 'a', sold: 2, price: 1.5, w: 1 },
  { age: null, city: 'b', sold: 0, price: 2, w: 2 },
  { age: 5, city: 'b', sold: 1, price: 7, w: 0 },
]);
const learned = fitPreprocessing(table, { targets: ['price', 'sold'], weights: 'w', kinds: { sold: 'counts' } });

const isTable = ({ rows, columns }) =>
  columns.every(({ name, values }) => typeof name === 'string' && values.length === rows);

/** What reads each kind of data; it throws, or returns what is wrong with having accepted it. */
const readers = {
  async csv(bytes) {
    return isTable(await (await fromCsv(new Blob([bytes]))).table()) ? undefined : 'columns of other lengths';
  },
  async parquet(bytes) {
    return isTable(await (await fromParquet(bytes)).table()) ? undefined : 'columns of other lengths';
  },
  async image(bytes) {
    const { inputs } = await (await fromImages([{ image: bytes }])).dataset();
    return inputs.every((pixel) => pixel >= 0 && pixel <= 1) ? undefined : 'a pixel outside of [0, 1]';
  },
  preprocessing(json) {
    const read = readPreprocessing(json);
    if (!isDeepStrictEqual(readPreprocessing(JSON.parse(JSON.stringify(read))), read))
      return 'it is another after JSON';
    const inputs = preprocessInputs(read, table);
    if (inputs.length !== table.rows * inputNames(read).length) return 'inputs of another width';
    if (!inputs.every(Number.isFinite)) return 'inputs that are not finite';
    const { targets } = preprocess(read, table);
    return targets.length === table.rows * read.targets.length ? undefined : 'other targets';
  },
};

/** Tables, images and preprocessings. */
export const data = {
  make(source) {
    switch (source.below(4)) {
      case 0:
        return { kind: 'csv', value: mutateBytes(source.pick(csv), source) };
      case 1:
        return { kind: 'parquet', value: mutateBytes(source.pick(parquet), source) };
      case 2:
        return { kind: 'image', value: mutateBytes(source.pick(images), source) };
      default:
        return { kind: 'preprocessing', value: JSON.parse(JSON.stringify(mutateJson(learned, source))) };
    }
  },
  read: ({ kind, value }) => readers[kind](value),
};
