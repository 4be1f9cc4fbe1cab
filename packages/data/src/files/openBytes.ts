import { VardropError } from '@vardrop/core';
import { formatValue } from '@vardrop/core/backend';
import { dataError } from '../dataError.js';
import { nodeModule } from '../nodeModule.js';

/** A file of which parts are read: a path, a `File` or `Blob`, or its bytes. */
export type BytesInput = string | URL | Blob | ArrayBuffer | Uint8Array;

/** A file that is open for reading parts of it. */
export interface Bytes {
  /** What messages call it. */
  readonly name: string | undefined;
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/**
 * Opens a file. Throws `VARDROP_TYPE` for other inputs, `VARDROP_FILE` if there is no such file, `VARDROP_NO_FILE_SYSTEM` for a path
 * outside of Node.
 */
export async function openBytes(who: string, input: BytesInput): Promise<Bytes> {
  if (typeof input === 'string' || input instanceof URL) return openFile(who, input);
  if (input instanceof ArrayBuffer) {
    return { name: undefined, byteLength: input.byteLength, slice: async (start, end) => input.slice(start, end) };
  }
  if (input instanceof Uint8Array) {
    const slice = async (start: number, end?: number) => new Uint8Array(input.subarray(start, end)).buffer;
    return { name: undefined, byteLength: input.byteLength, slice };
  }
  if (typeof Blob !== 'undefined' && input instanceof Blob) {
    const name = 'name' in input && typeof input.name === 'string' ? input.name : undefined;
    return { name, byteLength: input.size, slice: (start, end) => input.slice(start, end).arrayBuffer() };
  }
  throw new VardropError(
    'VARDROP_TYPE',
    `[${who}] input: got ${formatValue(input)}, needs a path, a File or Blob, or an ArrayBuffer.`,
  );
}

async function openFile(who: string, path: string | URL): Promise<Bytes> {
  const { open } = await nodeModule<typeof import('node:fs/promises')>(who, 'fs/promises');
  const name = String(path).replace(/^.*[/\\]/, '');
  const using = async <T>(read: (file: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> => {
    try {
      // Opened for each part, so that nobody has to close it.
      const file = await open(path, 'r');
      try {
        return await read(file);
      } finally {
        await file.close();
      }
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      const got = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder' : code;
      throw dataError('VARDROP_FILE', who, { file: name }, { got, needs: 'a file that can be read.', cause });
    }
  };
  const byteLength = await using(async (file) => (await file.stat()).size);
  return {
    name,
    byteLength,
    slice: (start, end = byteLength) =>
      using(async (file) => {
        const bytes = new Uint8Array(end - start);
        await file.read(bytes, 0, bytes.length, start);
        return bytes.buffer;
      }),
  };
}
