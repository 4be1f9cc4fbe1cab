import { VardropError } from '@vardrop/core';
import { formatValue } from '@vardrop/core/backend';
import { dataError } from '../dataError.js';
import { nodeModule } from '../nodeModule.js';

/** Where text comes from: a path, a `File` or `Blob`, a stream of bytes or of text, or the text itself. */
export type TextInput =
  | string
  | URL
  | Blob
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | { readonly text: string };

/** The bytes or characters of a piece. Rows of larger ones outlive the collection of young objects, so that memory grows. */
const pieceSize = 2 ** 16;

/** Pieces of a file, in their order. */
export interface Pieces {
  /** What messages call it. */
  readonly name: string | undefined;
  /** Whether `read` may be called more than once. */
  readonly again: boolean;
  /** All pieces from the start. */
  read(): AsyncIterable<Uint8Array | string>;
}

/**
 * Opens an input, which is not read yet. Throws `VARDROP_TYPE` for anything else. Reading throws `VARDROP_FILE` if there is no
 * such file or it cannot be read, `VARDROP_NO_FILE_SYSTEM` for a path outside of Node.
 */
export function openPieces(who: string, input: TextInput): Pieces {
  if (typeof input === 'string' || input instanceof URL) {
    const name = String(input).replace(/^.*[/\\]/, '');
    return { name, again: true, read: () => readFile(who, input, name) };
  }
  if (typeof Blob !== 'undefined' && input instanceof Blob) {
    const name = 'name' in input && typeof input.name === 'string' ? input.name : undefined;
    return { name, again: true, read: () => readStream(input.stream()) };
  }
  const given: unknown = input;
  if (typeof given === 'object' && given !== null) {
    if ('text' in given && typeof given.text === 'string') {
      const { text } = given;
      return { name: undefined, again: true, read: () => piecesOf(text) };
    }
    // Node has both ways for its web streams, some browsers only the second.
    if (Symbol.asyncIterator in given) {
      return { name: undefined, again: false, read: () => given as AsyncIterable<Uint8Array> };
    }
    if ('getReader' in given) {
      return { name: undefined, again: false, read: () => readStream(given as ReadableStream<Uint8Array>) };
    }
  }
  throw new VardropError(
    'VARDROP_TYPE',
    `[${who}] input: got ${formatValue(input)}, needs a path, a File or Blob, a stream, or { text }.`,
  );
}

async function* readFile(who: string, path: string | URL, name: string): AsyncGenerator<Uint8Array> {
  const { createReadStream } = await nodeModule<typeof import('node:fs')>(who, 'fs');
  try {
    yield* createReadStream(path, { highWaterMark: pieceSize }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && 'syscall' in cause)) throw cause;
    const got = cause.code === 'ENOENT' ? 'no such file' : cause.code === 'EISDIR' ? 'a folder' : String(cause.code);
    throw dataError('VARDROP_FILE', who, { file: name }, { got, needs: 'a file that can be read.', cause });
  }
}

async function* readStream<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

/** Pieces of a text, so that no more than one of them is parsed at a time. */
async function* piecesOf(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += pieceSize) yield text.slice(at, at + pieceSize);
}
