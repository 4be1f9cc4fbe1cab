import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fromCsv, type TextInput } from '../src/index.js';
import { failureOf, fixture } from './fixture.js';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const long = Array.from({ length: 40_000 }, (_, i) => `${i},name ${i}`).join('\n');

const cases: readonly (readonly [string, TextInput, object, string, RegExp])[] = [
  ['a missing file', 'nowhere/none.csv', {}, 'VARDROP_FILE', /^\[fromCsv\] none\.csv: got no such file/],
  ['a folder', fileURLToPath(fixture('images')), {}, 'VARDROP_FILE', /images: got a folder/],
  ['an empty file', { text: '' }, {}, 'VARDROP_EMPTY', /got no rows/],
  ['empty lines only', { text: '\n \n' }, {}, 'VARDROP_EMPTY', /got no rows/],
  ['another input', 7 as never, {}, 'VARDROP_TYPE', /input: got 7, needs a path/],
  [
    'a short row',
    { text: 'a,b,c\n1,2,3\n1,2\n' },
    {},
    'VARDROP_ROW_LENGTH',
    /t\.csv, row 2, column 'c': got 2 values, needs 3, as the header\.$/,
  ],
  [
    'a long row',
    { text: 'a,b\n1,2\n\n1,2,3\n' },
    {},
    'VARDROP_ROW_LENGTH',
    /t\.csv, row 2, column 3: got 3 values, needs 2, as the header\. Quote values/,
  ],
  [
    'a long row far on',
    { text: `a,b\n${long}\n1,2,3\n` },
    {},
    'VARDROP_ROW_LENGTH',
    /t\.csv, row 40001, column 3: got 3 values/,
  ],
  [
    'an open quote',
    { text: 'a,b\n1,x\n2,"y\n3,z\n' },
    {},
    'VARDROP_CSV',
    /t\.csv, row 2, column 'b': got a quote that is left open/,
  ],
  [
    'an open quote far on',
    { text: `a,b\n${long}\n"7,2\n${long}` },
    {},
    'VARDROP_CSV',
    /t\.csv, row 40001, column 'a': got a quote that is left open/,
  ],
  [
    'text after a quote',
    { text: 'a,b,c\n1,"x"y,2\n' },
    {},
    'VARDROP_CSV',
    /t\.csv, row 1, column 'b': got text after a quoted value/,
  ],
  ['an open quote in the header', { text: 'a,"b\n1,2\n' }, {}, 'VARDROP_CSV', /t\.csv, header, column 2: got a quote/],
  [
    'a name twice',
    { text: 'a,b,a\n1,2,3\n' },
    {},
    'VARDROP_COLUMN',
    /t\.csv, header, column 3: got the name 'a' again/,
  ],
  [
    'a header of numbers',
    { text: '1.5,2\n3,4\n' },
    {},
    'VARDROP_CSV',
    /header: got numbers only, needs names.*header: false/,
  ],
  [
    'points among decimal commas',
    { text: `a;b\n1;2,5\n${'1;3,5\n'.repeat(1200)}1;2.5\n` },
    {},
    'VARDROP_CSV',
    /t\.csv, row 1202, column 'b': got '2\.5', needs a decimal comma/,
  ],
  [
    'bytes that are not UTF-8',
    new Blob([latin1('name,city\nAda,Oslo\nEve,Troms\xf8\n')]),
    {},
    'VARDROP_ENCODING',
    /t\.csv, row 2, column 'city': got bytes that are not utf-8, needs .*encoding: 'windows-1252'/,
  ],
  [
    'bytes that are not UTF-8 far on',
    new Blob([`name,city\n${long}\nEve,Oslo\n`, latin1('\xe6'), ',x\n']),
    {},
    'VARDROP_ENCODING',
    /t\.csv, row 40002, column 'name': got bytes/,
  ],
  [
    'a character that is cut off',
    new Blob([latin1('a,b\n1,\xc3')]),
    {},
    'VARDROP_ENCODING',
    /t\.csv, row 1, column 'b': got bytes/,
  ],
  ['an unknown encoding', { text: 'a\n1\n' }, { encoding: 'klingon' }, 'VARDROP_OPTION', /encoding: got 'klingon'/],
  ['a delimiter of two characters', { text: 'a\n1\n' }, { delimiter: ', ' }, 'VARDROP_OPTION', /delimiter: got ', '/],
  ['another option', { text: 'a\n1\n' }, { sep: ';' }, 'VARDROP_OPTION', /got 'sep'.*Write delimiter: ';'/],
];

describe('a CSV file', () => {
  it.each(cases)('%s is refused', async (_name, input, options, code, message) => {
    const named = 'text' in Object(input) || input instanceof Blob ? { name: 't.csv', ...options } : options;
    const failure = await failureOf(async () => (await fromCsv(input, named)).table());
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('that is a stream is read once', async () => {
    const source = await fromCsv(new Blob(['a\n1\n']).stream() as ReadableStream<Uint8Array>);
    expect((await source.table()).rows).toBe(1);
    expect(await failureOf(() => source.table())).toMatchObject({
      code: 'VARDROP_STREAM',
      message: expect.stringMatching(/got a stream that has been read/),
    });
  });

  it('with a row beyond all bounds is refused before memory is full', async () => {
    async function* endless() {
      yield 'a,b\n1,2\n3,"';
      for (;;) yield 'no end, '.repeat(2 ** 15);
    }
    expect(await failureOf(async () => (await fromCsv(endless(), { name: 't.csv' })).table())).toMatchObject({
      code: 'VARDROP_CSV',
      message: expect.stringMatching(/t\.csv, row 2, column 'b': got a row of more than 16777216 characters/),
    });
  });
});
