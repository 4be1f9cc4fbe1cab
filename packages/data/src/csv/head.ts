import { dataError } from '../dataError.js';
import { decodePieces, EncodingFault, encodingOfMark } from '../files/decodeText.js';
import type { Pieces } from '../files/openPieces.js';

/** The beginning of a file, as it was read. */
export interface Head {
  readonly text: string;
  readonly encoding: string;
  /** The encoding of its byte order mark. */
  readonly mark: string | undefined;
  readonly isAll: boolean;
  readonly pieces: readonly (Uint8Array | string)[];
  readonly iterator: AsyncIterator<Uint8Array | string>;
  close(): Promise<void>;
}

const headSize = 2 ** 16;

/** Reads the beginning of a file. */
export async function readHead(opened: Pieces, given: string | undefined): Promise<Head> {
  const iterator = opened.read()[Symbol.asyncIterator]();
  const pieces: (Uint8Array | string)[] = [];
  let size = 0;
  let isAll = false;
  while (size < headSize) {
    const { done, value } = await iterator.next();
    if (done) {
      isAll = true;
      break;
    }
    pieces.push(value);
    size += value.length;
  }
  const mark = encodingOfMark(firstBytes(pieces));
  const encoding = given ?? mark ?? 'utf-8';
  let text = '';
  try {
    for await (const piece of decodePieces(iterate(pieces), encoding)) text += piece;
  } catch (error) {
    // Reading says where; a character that is cut at the end of the head is no fault.
    if (!(error instanceof EncodingFault)) throw error;
    text += error.before;
  }
  const close = async () => void (await iterator.return?.());
  return { text: text.replace(/\r\n?/g, '\n'), encoding, mark, isAll, pieces, iterator, close };
}

/** Reads a file again, or a stream that can be read once from the head on. */
export function readersOf(who: string, opened: Pieces, head: Head): () => AsyncIterable<Uint8Array | string> {
  if (opened.again) return opened.read;
  let isRead = false;
  return () => {
    if (isRead) {
      throw dataError(
        'VARDROP_STREAM',
        who,
        { file: opened.name },
        {
          got: 'a stream that has been read',
          needs: 'a path, a File, or a stream that is read once. Read the table into memory with table().',
        },
      );
    }
    isRead = true;
    return continued(head);
  };
}

/** The first bytes, enough for a byte order mark; none of pieces that are texts. */
function firstBytes(pieces: readonly (Uint8Array | string)[]): Uint8Array {
  return Uint8Array.from(
    pieces.slice(0, 3).flatMap((piece) => (typeof piece === 'string' ? [] : [...piece.subarray(0, 3)])),
  );
}

async function* continued({ pieces, iterator, isAll }: Head): AsyncGenerator<Uint8Array | string> {
  yield* pieces;
  if (!isAll) yield* { [Symbol.asyncIterator]: () => iterator };
}

async function* iterate<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
