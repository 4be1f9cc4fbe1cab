import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPrinter, escapeControls } from '../src/printer.js';

describe('what is printed', () => {
  test('holds no character that steers a terminal, and is otherwise as it was', () => {
    const character = fc.oneof(
      fc.integer({ min: 0, max: 0xff }),
      fc.constantFrom(0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0x3b1, 0x1f600),
    );
    fc.assert(
      fc.property(fc.array(character), (codes) => {
        const text = codes.map((code) => String.fromCodePoint(code)).join('');
        const printed = escapeControls(text);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
        expect(printed).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
        const back = printed.replace(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})/g, (_, two, four) =>
          String.fromCharCode(Number.parseInt(two ?? four, 16)),
        );
        if (!text.includes('\\')) expect(back).toBe(text);
      }),
    );
  });

  test('says which character was there', () => {
    expect(escapeControls('a\x1b[31mb\x07\u202ec\x9bd\r\n\té')).toBe('a\\x1b[31mb\\x07\\u202ec\\x9bd\\x0d\n\té');
  });
});

describe('a stream that fails', () => {
  const failing = (code: string) => {
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error(code), { code }));
      },
    });
    return stream;
  };

  test('because its reader is gone ends the printing, quietly', async () => {
    const stream = failing('EPIPE');
    const printer = createPrinter(stream);
    for (let i = 0; i < 3; i++) {
      printer.write('text');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(printer.failure).toBeUndefined();
  });

  test('for another reason is told of', async () => {
    const printer = createPrinter(failing('ENOSPC'));
    printer.write('text');
    await new Promise((resolve) => setImmediate(resolve));
    expect(printer.failure).toMatchObject({ code: 'ENOSPC' });
  });
});
