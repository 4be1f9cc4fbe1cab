import { VardropError } from '@vardrop/core';
import { formatValue } from '@vardrop/core/backend';

/** The text before bytes that the encoding does not have. */
export class EncodingFault extends Error {
  readonly before: string;

  constructor(before: string) {
    super('bytes that are not of the encoding');
    this.before = before;
  }
}

/** The encoding that the mark at the beginning of a file says. */
export function encodingOfMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

/** Throws `VARDROP_OPTION` for an encoding that the platform does not decode. */
export function checkEncoding(who: string, encoding: string): void {
  try {
    new TextDecoder(encoding);
  } catch (cause) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] encoding: got ${formatValue(encoding)}, needs the name of one, such as 'windows-1252'.`,
      { cause },
    );
  }
}

/**
 * Texts of the pieces of a file. Pieces that are texts are passed on, without a mark at the beginning. Throws an `EncodingFault` with
 * the text of the piece before the first bytes that the encoding does not have.
 */
export async function* decodePieces(
  pieces: AsyncIterable<Uint8Array | string>,
  encoding: string,
): AsyncGenerator<string> {
  const open = () => new TextDecoder(encoding, { fatal: true });
  const decoder = open();
  let tail = new Uint8Array();
  let isFirst = true;
  for await (const piece of pieces) {
    if (typeof piece === 'string') yield isFirst ? piece.replace(/^\uFEFF/, '') : piece;
    else {
      let text: string;
      try {
        text = decoder.decode(piece, { stream: true });
      } catch {
        throw new EncodingFault(validPrefix(joined(tail, piece), open));
      }
      yield text;
      tail = incompleteTail(joined(tail, piece.subarray(-3)));
    }
    isFirst = false;
  }
  try {
    decoder.decode();
  } catch {
    throw new EncodingFault('');
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The beginning of a UTF-8 character at the end of valid bytes, of which the rest is to come. */
function incompleteTail(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (byte >= 0xc0) return length > back ? bytes.slice(-back) : new Uint8Array();
  }
  return new Uint8Array();
}

/** The longest text at the beginning of bytes that are not all valid. */
function validPrefix(bytes: Uint8Array, open: () => TextDecoder): string {
  let [good, bad] = [0, bytes.length];
  let text = '';
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      text = open().decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return text;
}
