import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { VardropError } from '@vardrop/core';
import { elementCount } from '@vardrop/core/program';
import { counted } from '../counted.js';
import { fileReason } from '../files/fileReason.js';
import { openRegular } from '../files/openRegular.js';

/** Third byte of the magic number: unsigned bytes, the only element type that MNIST-format files have. */
const unsignedByte = 0x08;

/** The largest number of bytes that one byte of gzip data can expand to (RFC 1951). */
const largestExpansion = 1032;

/** An array as an IDX file holds it. */
export interface IdxFile {
  readonly path: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads one IDX file of unsigned bytes, gzipped or not. It takes no more memory than the header declares, and stops unpacking
 * gzip data at that size.
 *
 * @param rank how many dimensions it has to have.
 * @throws VardropError `VARDROP_IDX_UNREADABLE`, `VARDROP_IDX_MAGIC`, `VARDROP_IDX_TRUNCATED`,
 * `VARDROP_IDX_TRAILING_BYTES` or `VARDROP_IDX_EMPTY`.
 */
export async function readIdxFile(path: string, rank: number): Promise<IdxFile> {
  let file: FileHandle;
  try {
    file = await openRegular(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    const { size } = await file.stat();
    const start = new Uint8Array(2);
    const { bytesRead } = await file.read(start, 0, 2, 0);
    const zipped = bytesRead === 2 && start[0] === 0x1f && start[1] === 0x8b;
    const taker = createTaker(path, rank, zipped ? { packed: size } : { unpacked: size });
    const source = file.createReadStream({ start: 0, autoClose: false });
    const bytes = zipped ? source.pipe(createGunzip()) : source;
    source.on('error', (error) => bytes.destroy(error));
    try {
      await taker.take(bytes);
    } finally {
      source.destroy();
    }
    return taker.end();
  } catch (cause) {
    if (cause instanceof VardropError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw unreadable(path, cause);
    throw idxError(
      // Node reports a gzip stream that stops early as an unexpected end of file.
      code === 'Z_BUF_ERROR' ? 'VARDROP_IDX_TRUNCATED' : 'VARDROP_IDX_UNREADABLE',
      path,
      `gzip data that cannot be unpacked (${(cause as Error).message})`,
      'a whole gzip file',
      again,
    );
  } finally {
    await file.close();
  }
}

/** The error of an IDX file, or of a directory that should hold some. */
export function idxError(code: string, path: string, got: string, needs: string, remedy: string): VardropError {
  return new VardropError(code, `[idx] ${path}: got ${got}, needs ${needs}. ${remedy}.`);
}

const again = 'Fetch or copy the file again';

/** Collects the bytes of a file: the header, then data of the declared size. */
function createTaker(path: string, rank: number, size: { readonly unpacked?: number; readonly packed?: number }) {
  const header = new Uint8Array(4 + 4 * rank);
  let taken = 0;
  let shape: readonly number[] = [];
  let data = new Uint8Array(0);
  const place = (chunk: Uint8Array): void => {
    const start = taken - header.length;
    if (start + chunk.length > data.length)
      throw wrongSize(path, shape, `more than ${data.length} bytes of data`, true);
    data.set(chunk, start);
    taken += chunk.length;
  };
  return {
    async take(chunks: AsyncIterable<Uint8Array>): Promise<void> {
      for await (const chunk of chunks) {
        const ofHeader = Math.min(chunk.length, Math.max(0, header.length - taken));
        if (ofHeader > 0) {
          header.set(chunk.subarray(0, ofHeader), taken);
          taken += ofHeader;
          if (taken >= 4) checkMagic(path, header, rank);
          if (taken < header.length) continue;
          shape = parseShape(path, header, rank);
          data = allocate(path, shape, header.length, size);
        }
        place(chunk.subarray(ofHeader));
      }
    },
    end(): IdxFile {
      if (taken === 0) {
        const needs = `a header of ${header.length} bytes and data`;
        throw idxError('VARDROP_IDX_EMPTY', path, 'an empty file', needs, again);
      }
      if (taken < header.length) {
        throw idxError(
          'VARDROP_IDX_TRUNCATED',
          path,
          counted(taken, 'byte'),
          `a header of ${header.length} bytes`,
          again,
        );
      }
      const found = taken - header.length;
      if (found < data.length) throw wrongSize(path, shape, `${counted(found, 'byte')} of data`, false);
      return { path, shape, data };
    },
  };
}

function checkMagic(path: string, header: Uint8Array, rank: number): void {
  const found = new DataView(header.buffer).getUint32(0);
  const magic = unsignedByte * 256 + rank;
  if (found === magic) return;
  throw idxError(
    'VARDROP_IDX_MAGIC',
    path,
    `magic number ${hexadecimal(found)}`,
    `${hexadecimal(magic)} (unsigned bytes in ${rank} ${rank === 1 ? 'dimension' : 'dimensions'})`,
    'Check that images and labels are not swapped and that the file is an IDX file',
  );
}

function parseShape(path: string, header: Uint8Array, rank: number): readonly number[] {
  const view = new DataView(header.buffer);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (elementCount(shape) > 0) return shape;
  throw idxError(
    'VARDROP_IDX_EMPTY',
    path,
    `shape [${shape.join(', ')}]`,
    'at least one element along each axis',
    'Use a data set that holds images',
  );
}

/** Memory for the data, if the file is large enough for the declared size. */
function allocate(
  path: string,
  shape: readonly number[],
  header: number,
  { unpacked, packed }: { readonly unpacked?: number; readonly packed?: number },
): Uint8Array<ArrayBuffer> {
  const count = elementCount(shape);
  const found = (unpacked ?? 0) - header;
  if (unpacked !== undefined && found !== count)
    throw wrongSize(path, shape, `${counted(found, 'byte')} of data`, found > count);
  if (packed !== undefined && header + count > packed * largestExpansion) {
    throw wrongSize(path, shape, `${packed} bytes of gzip data, which cannot hold as much`, false);
  }
  try {
    return new Uint8Array(count);
  } catch (cause) {
    const needs = `${count} bytes of memory for shape [${shape.join(', ')}]`;
    throw idxError('VARDROP_IDX_UNREADABLE', path, (cause as Error).message, needs, 'Use fewer or smaller images');
  }
}

function wrongSize(path: string, shape: readonly number[], got: string, trailing: boolean): VardropError {
  const code = trailing ? 'VARDROP_IDX_TRAILING_BYTES' : 'VARDROP_IDX_TRUNCATED';
  return idxError(code, path, got, `${elementCount(shape)} for shape [${shape.join(', ')}]`, again);
}

function unreadable(path: string, cause: unknown): VardropError {
  return idxError(
    'VARDROP_IDX_UNREADABLE',
    path,
    fileReason(cause),
    'a regular file that can be read',
    'Check its permissions',
  );
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
