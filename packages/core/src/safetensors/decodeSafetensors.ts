import { VardropError } from '../errors.js';
import { elementCount } from '../program/shapes.js';
import type { TensorData } from '../tensorData.js';
import type { FileKind } from './fileKind.js';

/** Longest header that the format allows. */
const longestHeader = 100_000_000;

/** What a safetensors file holds; the arrays are copies. */
export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, TensorData>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file of float32 tensors. `kind` begins the codes, such as `VARDROP_CHECKPOINT`. Throws `…_FORMAT` for bytes
 * in another format, `…_TRUNCATED` if the end is missing, `…_DTYPE` for tensors that are not float32 and `…_OFFSETS` for tensors
 * that overlap, leave gaps or do not fit their shapes.
 */
export function decodeSafetensors(kind: FileKind, bytes: Uint8Array): SafetensorsFile {
  const fail: Fail = (code, what, cause) => {
    throw new VardropError(`${kind.code}_${code}`, `[${kind.who}] ${what}`, { cause });
  };
  const { header, dataStart } = readHeader(bytes, fail, `Choose a file that ${kind.writer} has written.`);
  const { __metadata__: metadata = {}, ...described } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    fail('FORMAT', '__metadata__: got something else than strings by name, needs those. Write the file again.');
  }
  const entries = Object.entries(described).map(([name, entry]) => ({ name, ...readEntry(name, entry, fail) }));
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      fail(
        'OFFSETS',
        `tensor '${name}': got bytes from ${begin}, needs them from ${covered}, where those before it end. Write the file again.`,
      );
    }
    covered = end;
  }
  const available = bytes.length - dataStart;
  if (available < covered) {
    fail('TRUNCATED', `data: got ${available} bytes, needs ${covered}. Copy the file again, whole.`);
  }
  if (available > covered) {
    fail('OFFSETS', `data: got ${available} bytes, needs the ${covered} that tensors cover. Write the file again.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, available);
  const tensors = entries.map(({ name, shape, begin, end }) => {
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(begin + 4 * i, true);
    return [name, { shape, data }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

type Fail = (code: 'FORMAT' | 'TRUNCATED' | 'DTYPE' | 'OFFSETS', what: string, cause?: unknown) => never;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readHeader(
  bytes: Uint8Array,
  fail: Fail,
  remedy: string,
): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) {
    fail(
      'TRUNCATED',
      `file: got ${bytes.length} bytes, needs at least the 8 of a header's length. Copy it again, whole.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const opening = bytes.length > 8 ? String.fromCharCode(bytes[8]) : '{';
  if (length < 2 || length > longestHeader || opening !== '{') {
    fail('FORMAT', `file: got no safetensors header, needs one. ${remedy}`);
  }
  if (8 + length > bytes.length) {
    fail('TRUNCATED', `header: got ${bytes.length - 8} bytes, needs ${length}. Copy the file again, whole.`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length));
    // The header begins with a brace, so valid JSON is an object here.
    return { header: JSON.parse(text) as Record<string, unknown>, dataStart: 8 + length };
  } catch (cause) {
    return fail('FORMAT', `header: got no JSON, needs a JSON object. ${remedy}`, cause);
  }
}

function readEntry(name: string, entry: unknown, fail: Fail): { shape: readonly number[]; begin: number; end: number } {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
  if (!isRecord(entry) || !isCounts(entry.shape) || !isCounts(entry.data_offsets) || entry.data_offsets.length !== 2) {
    return fail('FORMAT', `tensor '${name}': got no dtype, shape and data_offsets, needs those. Write the file again.`);
  }
  if (entry.dtype !== 'F32') {
    fail('DTYPE', `tensor '${name}': got the type ${JSON.stringify(entry.dtype)}, needs "F32". Convert it to float32.`);
  }
  const { shape } = entry;
  const [begin, end] = entry.data_offsets;
  if (end - begin !== 4 * elementCount(shape)) {
    fail(
      'OFFSETS',
      `tensor '${name}': got bytes ${begin} to ${end}, needs ${4 * elementCount(shape)} of them for its shape [${shape.join(', ')}]. Write the file again.`,
    );
  }
  return { shape, begin, end };
}
