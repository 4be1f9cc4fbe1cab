import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadIdx } from '../src/data/idx.js';
import { loadData } from '../src/data/loadData.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vardrop-idx-'));
});
afterEach(() => rm(directory, { recursive: true }));

function encodeIdx(shape: readonly number[], data: readonly number[], type = 0x08): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(type * 256 + shape.length);
  shape.forEach((extent, axis) => {
    header.writeUInt32BE(extent, 4 + 4 * axis);
  });
  return Buffer.concat([header, Uint8Array.from(data)]);
}

const ramp = (length: number): number[] => Array.from({ length }, (_, index) => (index * 7) % 256);

/** Three training and two test images, 4 wide and 3 high. */
function sound(): Record<string, Uint8Array> {
  return {
    'train-images-idx3-ubyte': encodeIdx([3, 3, 4], ramp(36)),
    'train-labels-idx1-ubyte': encodeIdx([3], [0, 2, 1]),
    't10k-images-idx3-ubyte': encodeIdx([2, 3, 4], ramp(24)),
    't10k-labels-idx1-ubyte': encodeIdx([2], [2, 0]),
  };
}

async function write(files: Record<string, Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
}

/** Loads the sound files with some replaced. */
async function loadWith(replaced: Record<string, Uint8Array>): Promise<unknown> {
  await write({ ...sound(), ...replaced });
  return loadIdx(directory);
}

describe('sound IDX files', () => {
  test('are read with their own size, row-major, scaled by 255', async () => {
    await write(sound());
    const data = await loadData({ directory });
    expect([data.width, data.height, data.channels, data.classes]).toEqual([4, 3, 1, 3]);
    expect([data.train.count, data.test.count]).toEqual([3, 2]);
    expect([...data.train.labels]).toEqual([0, 2, 1]);
    expect([...data.train.images]).toEqual(ramp(36).map((value) => Math.fround(value / 255)));
    expect(data.name).toMatch(/^vardrop-idx-/);
  });

  test('may be gzipped and have dotted names', async () => {
    const files = sound();
    await write(files);
    const plain = await loadIdx(directory);
    await rm(directory, { recursive: true });
    await mkdir(directory);
    await write({
      'train-images.idx3-ubyte.gz': gzipSync(files['train-images-idx3-ubyte']),
      'train-labels-idx1-ubyte.gz': gzipSync(files['train-labels-idx1-ubyte']),
      't10k-images.idx3-ubyte': files['t10k-images-idx3-ubyte'],
      't10k-labels-idx1-ubyte': gzipSync(files['t10k-labels-idx1-ubyte']),
    });
    expect(await loadIdx(directory)).toEqual(plain);
  });

  test('may have more than ten classes, counted from 0 or from 1', async () => {
    const labels = Array.from({ length: 12 }, (_, index) => index + 1);
    await write({
      ...sound(),
      'train-images-idx3-ubyte': encodeIdx([12, 3, 4], ramp(144)),
      'train-labels-idx1-ubyte': encodeIdx([12], labels),
    });
    expect((await loadIdx(directory)).classes).toBe(13);
  });
});

describe('what is wrong with IDX files is said with a code', () => {
  test('a directory that is not there', async () => {
    await expect(loadIdx(join(directory, 'nowhere'))).rejects.toMatchObject({
      code: 'VARDROP_IDX_NO_DIRECTORY',
      message: expect.stringContaining('got no such directory, needs a readable directory'),
    });
  });

  test('a file in the place of the directory', async () => {
    await write({ file: new Uint8Array(1) });
    await expect(loadIdx(join(directory, 'file'))).rejects.toMatchObject({
      code: 'VARDROP_IDX_NO_DIRECTORY',
      message: expect.stringContaining('got a file'),
    });
  });

  test('a missing file: what was looked for and what is there', async () => {
    const files = sound();
    delete files['t10k-labels-idx1-ubyte'];
    await write(files);
    await expect(loadIdx(directory)).rejects.toMatchObject({
      code: 'VARDROP_IDX_NO_FILE',
      message: expect.stringMatching(
        /got t10k-images-idx3-ubyte, train-images.*needs one of t10k-labels-idx1-ubyte, t10k-labels\.idx1-ubyte, .*\.gz/,
      ),
    });
  });

  test('an empty directory', async () => {
    await expect(loadIdx(directory)).rejects.toMatchObject({
      code: 'VARDROP_IDX_NO_FILE',
      message: expect.stringContaining('got an empty directory'),
    });
  });

  test.each([
    [
      'data that stops early',
      encodeIdx([3, 3, 4], ramp(35)),
      'VARDROP_IDX_TRUNCATED',
      'got 35 bytes of data, needs 36',
    ],
    ['a header that stops early', encodeIdx([3, 3, 4], []).subarray(0, 9), 'VARDROP_IDX_TRUNCATED', 'got 9 bytes'],
    ['fewer than four bytes', Uint8Array.of(0, 0, 8), 'VARDROP_IDX_TRUNCATED', 'got 3 bytes'],
    [
      'gzip data that stops early',
      gzipSync(encodeIdx([3, 3, 4], ramp(36))).subarray(0, 30),
      'VARDROP_IDX_TRUNCATED',
      'gzip',
    ],
    [
      'gzip data that is damaged',
      Uint8Array.of(0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9),
      'VARDROP_IDX_UNREADABLE',
      'gzip',
    ],
    [
      'bytes after the data',
      encodeIdx([3, 3, 4], ramp(37)),
      'VARDROP_IDX_TRAILING_BYTES',
      'got 37 bytes of data, needs 36',
    ],
    [
      'labels in the place of images',
      encodeIdx([3], [0, 1, 2]),
      'VARDROP_IDX_MAGIC',
      'got magic number 0x00000801, needs 0x00000803',
    ],
    ['another element type', encodeIdx([3, 3, 4], ramp(36), 0x0d), 'VARDROP_IDX_MAGIC', '0x00000d03'],
    ['an empty file', new Uint8Array(0), 'VARDROP_IDX_EMPTY', 'got an empty file'],
    ['no images', encodeIdx([0, 3, 4], []), 'VARDROP_IDX_EMPTY', 'got shape [0, 3, 4]'],
    ['images without pixels', encodeIdx([3, 0, 4], []), 'VARDROP_IDX_EMPTY', 'got shape [3, 0, 4]'],
    ['counts that differ', encodeIdx([4, 3, 4], ramp(48)), 'VARDROP_IDX_COUNT_MISMATCH', 'got 3 labels, needs 4'],
    ['sizes that differ', encodeIdx([3, 4, 4], ramp(48)), 'VARDROP_IDX_SIZE_MISMATCH', 'got 4 x 3 pixels, needs 4 x 4'],
    [
      'a size that no memory holds',
      encodeIdx([0xffffffff, 0xffff, 0xffff], ramp(8)),
      'VARDROP_IDX_TRUNCATED',
      'got 8 bytes',
    ],
  ])('%s', async (_, images, code, message) => {
    await expect(loadWith({ 'train-images-idx3-ubyte': images })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test.each([
    [
      'more',
      Buffer.concat([encodeIdx([3, 3, 4], ramp(36)), Buffer.alloc(64 * 2 ** 20)]),
      'TRAILING_BYTES',
      'more than 36',
    ],
    ['fewer', encodeIdx([1000, 100, 100], ramp(36)), 'TRUNCATED', 'bytes of gzip data, which cannot hold as much'],
  ])('gzip data that hold %s than they declare, without the memory for them', async (_, bytes, code, message) => {
    const zipped = gzipSync(bytes);
    bytes.fill(0);
    await write({ ...sound() });
    await rm(join(directory, 'train-images-idx3-ubyte'));
    await write({ 'train-images-idx3-ubyte.gz': zipped });
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 1);
    await expect(loadIdx(directory)).rejects.toMatchObject({
      code: `VARDROP_IDX_${code}`,
      message: expect.stringContaining(message),
    });
    clearInterval(watch);
    expect(most).toBeLessThan(16 * 2 ** 20);
  });

  test.runIf(process.platform !== 'win32')('a pipe and a device in the place of a file', async () => {
    const files = sound();
    delete files['t10k-labels-idx1-ubyte'];
    const path = join(directory, 't10k-labels-idx1-ubyte');
    await write(files);
    const failure = { code: 'VARDROP_IDX_UNREADABLE' };
    execFileSync('mkfifo', [path]);
    await expect(loadIdx(directory)).rejects.toMatchObject({ ...failure, message: expect.stringContaining('a pipe') });
    await rm(path);
    await symlink('/dev/zero', path);
    await expect(loadIdx(directory)).rejects.toMatchObject({
      ...failure,
      message: expect.stringContaining('a device'),
    });
  });

  test('training images of one class only', async () => {
    for (const label of [0, 2]) {
      await expect(
        loadWith({ 'train-labels-idx1-ubyte': encodeIdx([3], [label, label, label]) }),
      ).rejects.toMatchObject({
        code: 'VARDROP_IDX_LABEL_RANGE',
        message: expect.stringContaining(`got label ${label} for every image, needs images of at least two classes`),
      });
    }
  });

  test('a test label that no training image has', async () => {
    await expect(loadWith({ 't10k-labels-idx1-ubyte': encodeIdx([2], [0, 3]) })).rejects.toMatchObject({
      code: 'VARDROP_IDX_LABEL_RANGE',
      message: expect.stringContaining('got label 3 at position 1, needs 0 to 2'),
    });
  });

  test('a stray training label', async () => {
    await expect(loadWith({ 'train-labels-idx1-ubyte': encodeIdx([3], [0, 200, 1]) })).rejects.toMatchObject({
      code: 'VARDROP_IDX_LABEL_RANGE',
      message: expect.stringContaining('got label 200 at position 1, but no label 2'),
    });
  });

  test('a directory with the name of a file', async () => {
    const files = sound();
    delete files['train-images-idx3-ubyte'];
    await write(files);
    await mkdir(join(directory, 'train-images-idx3-ubyte'));
    await expect(loadIdx(directory)).rejects.toMatchObject({
      code: 'VARDROP_IDX_NO_FILE',
      message: expect.stringContaining('train-images-idx3-ubyte/'),
    });
  });
});
