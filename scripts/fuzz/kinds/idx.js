import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadIdx } from '../../../packages/cli/dist/data/idx.js';
import { mutateBytes } from '../mutateBytes.js';

const counts = { train: 12, t10k: 5 };
const files = Object.entries(counts).flatMap(([part, count]) => [
  { name: `${part}-images-idx3-ubyte`, bytes: idx([count, 4, 3], (i) => (i * 37) % 256) },
  { name: `${part}-labels-idx1-ubyte`, bytes: idx([count], (i) => i % 4) },
]);
// Much in little: 512 MiB of zeros under a header that says 12 images.
const zeros = gzipSync(Buffer.alloc(1 << 26));
const bomb = Buffer.concat([gzipSync(files[0].bytes), ...new Array(8).fill(zeros)]);

let folder;

/** Folders of four files, one of which is damaged: as it is, or packed. */
export const idx3 = {
  make(source) {
    const file = source.pick(files);
    if (source.below(500) === 0) return { name: `${files[0].name}.gz`, replaces: files[0].name, bytes: bomb };
    switch (source.below(3)) {
      case 0:
        return { ...file, bytes: mutateBytes(file.bytes, source) };
      case 1:
        return { name: `${file.name}.gz`, replaces: file.name, bytes: gzipSync(mutateBytes(file.bytes, source)) };
      default:
        return { name: `${file.name}.gz`, replaces: file.name, bytes: mutateBytes(gzipSync(file.bytes), source) };
    }
  },
  async read({ name, replaces, bytes }) {
    folder ??= mkdtempSync(join(tmpdir(), 'vardrop-fuzz-'));
    for (const file of files) if (file.name !== replaces) writeFileSync(join(folder, file.name), file.bytes);
    if (replaces) rmSync(join(folder, replaces), { force: true });
    writeFileSync(join(folder, name), bytes);
    try {
      const { width, height, channels, classes, train, test } = await loadIdx(folder);
      for (const { images, labels, count } of [train, test]) {
        if (images.length !== count * width * height * channels || labels.length !== count) return 'counts that differ';
        if (!images.every((pixel) => pixel >= 0 && pixel <= 1)) return 'a pixel outside of [0, 1]';
        if (!labels.every((label) => label >= 0 && label < classes)) return 'a label beyond the classes';
      }
      return undefined;
    } finally {
      if (replaces) rmSync(join(folder, name));
    }
  },
  end() {
    if (folder) rmSync(folder, { recursive: true });
    folder = undefined;
  },
};

function idx(shape, value) {
  const size = shape.reduce((product, length) => product * length, 1);
  const bytes = new Uint8Array(4 + 4 * shape.length + size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  for (let i = 0; i < size; i++) bytes[4 + 4 * shape.length + i] = value(i);
  return bytes;
}
