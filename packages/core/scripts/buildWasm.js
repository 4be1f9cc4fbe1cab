// Compiles assembly/ to WebAssembly and inlines it in hexadecimal, so that the package needs no fetch and no extra file.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

// Chrome compiles no more than 4 KB synchronously on a page's main thread (older versions; newer ones allow 8 MB).
const maximumBytes = 4096;
const root = new URL('..', import.meta.url);
const target = new URL('src/random/generated/threefryWasm.ts', root);

/** @type {Uint8Array | undefined} */
let binary;
const { error, stderr } = await asc.main(
  [
    'assembly/index.ts',
    '--outFile',
    'threefry.wasm',
    '-O3',
    '--converge',
    '--noAssert',
    '--runtime',
    'stub',
    '--initialMemory',
    '1',
    '--maximumMemory',
    '1',
    '--memoryBase', // after the buffers, see assembly/layout.ts
    '16384',
    '--enable',
    'simd',
  ],
  {
    readFile: (name) => readFile(new URL(name, root), 'utf8').catch(() => null),
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => null,
  },
);
if (error || binary === undefined) {
  throw new Error(`assembly/ does not compile: ${error?.message ?? 'no output'}\n${stderr.toString()}`);
}
if (binary.length > maximumBytes) {
  throw new Error(
    `threefry.wasm has ${binary.length} bytes, more than the ${maximumBytes} that compile synchronously.`,
  );
}

// Hexadecimal is longer than base64, but shorter once it is compressed by gzip: repeated bytes stay repeated text.
const source = `// Made from assembly/ by scripts/buildWasm.js.

/** The noise kernels as a WebAssembly binary, ${binary.length} bytes, in hexadecimal. */
export const threefryWasm = '${Buffer.from(binary).toString('hex')}';
`;
// Left untouched when nothing changed, so that incremental builds see no new file.
if ((await readFile(target, 'utf8').catch(() => '')) !== source) {
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(target, source);
}
