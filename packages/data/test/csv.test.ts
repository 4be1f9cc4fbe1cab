import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromCsv } from '../src/index.js';
import { blocksOf, fixture, readJson, valuesOf } from './fixture.js';

const { csv } = readJson<{
  readonly csv: Readonly<
    Record<string, { readonly columns: Readonly<Record<string, string[]>>; readonly notes: readonly string[] }>
  >;
}>('tables.json');

/** Bytes in pieces of some size. */
async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe.each(Object.entries(csv))("pandas' file %s", (name, { columns, notes }) => {
  it('has the values that pandas reads, and what is unusual is said', async () => {
    const source = await fromCsv(fixture(name));
    expect(source.notes).toEqual(notes);
    expect(source.name).toBe(name);
    expect(source.columns).toEqual(Object.keys(columns));
    expect(valuesOf(await source.table())).toEqual(columns);
    expect(await source.rows()).toBe(columns.id.length);
  });

  it('is the same as path, Node stream, blob, web stream, and text', async () => {
    const bytes = await readFile(fixture(name));
    const inputs = [
      fixture(name).pathname,
      createReadStream(fixture(name), { highWaterMark: 7 }),
      new Blob([bytes]),
      new Blob([bytes]).stream() as ReadableStream<Uint8Array>,
    ];
    for (const input of inputs) expect(valuesOf(await (await fromCsv(input)).table())).toEqual(columns);
    if (name.includes('utf16')) return;
    expect(valuesOf(await (await fromCsv({ text: bytes.toString() })).table())).toEqual(columns);
  });

  it.each([1, 2, 3, 5, 64, 1000])('is the same in pieces of %i bytes', async (size) => {
    const bytes = await readFile(fixture(name));
    expect(valuesOf(await (await fromCsv(pieces(bytes, size))).table())).toEqual(columns);
  });
});

/** Texts that CSV has to quote, and others. */
const value = fc.oneof(
  fc.constantFrom('', ' ', 'a', '1.5', 'x,y', 'line\nbreak', '"', '""', 'ends "', ';', '\t', 'é', '🙂', '-3e5'),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\r', '')),
);

describe('any table', () => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
    fc.record({
      rows: fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      last: fc.boolean(),
      mark: fc.boolean(),
      size: fc.integer({ min: 1, max: 40 }),
    }),
  );

  it('is read as it was written, in any pieces, with all that RFC 4180 quotes', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ rows, delimiter, lineEnd, last, mark, size }) => {
        const names = rows[0].map((_, i) => `name ${i}`);
        const lines = [names, ...rows].map((row) => row.map(quoted).join(delimiter));
        const text = `${mark ? '\uFEFF' : ''}${lines.join(lineEnd)}${last ? lineEnd : ''}`;
        const source = await fromCsv(pieces(new TextEncoder().encode(text), size), { delimiter, decimal: '.' });
        const read = await source.table();
        expect(read.rows).toBe(rows.length);
        expect(read.columns.map(({ name }) => name)).toEqual(names);
        expect(rows.map((_, i) => read.columns.map(({ values }) => values[i]))).toEqual(rows);
      }),
    );
  });
});

describe('dialects', () => {
  const read = async (text: string, options = {}) => {
    const source = await fromCsv({ text }, options);
    return { notes: source.notes, values: valuesOf(await source.table()) };
  };

  it('have blanks left out where names begin with one', async () => {
    expect(await read('a, b\n1, x y\n')).toEqual({
      notes: ['Blanks around values are left out.'],
      values: { a: ['1'], b: ['x y'] },
    });
  });

  it('have names for columns without any', async () => {
    expect(await read(',b\n0,x\n')).toEqual({
      notes: ["Column 1 has no name in the header. It is called 'column 1'."],
      values: { 'column 1': ['0'], b: ['x'] },
    });
    expect((await read('1,2\n3,4\n', { header: false })).values).toEqual({
      'column 1': ['1', '3'],
      'column 2': ['2', '4'],
    });
    expect((await read('1,2\n', { header: ['u', 'v'] })).values).toEqual({ u: ['1'], v: ['2'] });
    expect((await read('1,2\n3,4\n', { header: true })).values).toEqual({ '1': ['3'], '2': ['4'] });
  });

  it('may have one column, empty lines, and quotes within values', async () => {
    expect((await read('a\n1\n\n2\n  \n3')).values).toEqual({ a: ['1', '2', '3'] });
    expect((await read('size,b\n5" pipe,x\n')).values).toEqual({ size: ['5" pipe'], b: ['x'] });
    expect((await read('a,b\r1,2\r3,4\r')).values).toEqual({ a: ['1', '3'], b: ['2', '4'] });
  });

  it('have separators of thousands as texts, and say so', async () => {
    const { notes, values } = await read('a;b\n1;1,234,567\n');
    expect(notes).toEqual([
      'Values are separated by semicolons.',
      "Column 'b' has '1,234,567': numbers with separators of thousands are read as texts.",
    ]);
    expect(values.b).toEqual(['1,234,567']);
  });

  it('have other encodings where this is said', async () => {
    const bytes = Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a);
    const source = await fromCsv(new Blob([bytes]), { encoding: 'windows-1252' });
    expect(valuesOf(await source.table())).toEqual({ a: ['é'] });
  });
});

describe('blocks', () => {
  it('number the rows through, and can be read again', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},${'x'.repeat(i % 17)}`);
    const source = await fromCsv({ text: ['a,b', ...lines].join('\n') });
    for (let time = 0; time < 2; time++) {
      const blocks = await blocksOf(source);
      expect(blocks.length).toBeGreaterThan(2);
      let next = 1;
      for (const block of blocks) {
        expect(block.firstRow).toBe(next);
        expect(block.columns[0].values[0]).toBe(String(next - 1));
        next += block.rows;
      }
      expect(next).toBe(60_001);
    }
  });
});
