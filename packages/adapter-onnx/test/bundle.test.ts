import { dirname, relative, resolve } from 'node:path';
import { build, type Rolldown } from 'vite';
import { expect, it } from 'vitest';

/** The .wasm files of an app that imports one entry point, as Vite bundles it. */
async function wasmFilesOf(code: string): Promise<string[]> {
  const entry = resolve(import.meta.dirname, 'entry.js');
  const { output } = (await build({
    root: dirname(entry),
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    worker: { format: 'es' },
    build: { write: false, target: 'es2022', minify: false, rollupOptions: { input: entry } },
  })) as Rolldown.RolldownOutput;
  return output
    .map(({ fileName }) => relative('assets', fileName))
    .filter((fileName) => fileName.endsWith('.wasm'))
    .map((fileName) => fileName.replace(/-[^-]*\.wasm$/, ''));
}

const app = (entryPoint: string) =>
  `import { createOnnxBackend } from '${entryPoint}'; createOnnxBackend({ worker: true }).then(console.log);`;

it.each([
  ['@vardrop/adapter-onnx/wasm', ['ort-wasm-simd-threaded']],
  ['@vardrop/adapter-onnx/webgpu', ['ort-wasm-simd-threaded.asyncify']],
])('a bundle of %s has the files of its device only', async (entryPoint, files) => {
  expect((await wasmFilesOf(app(entryPoint))).sort()).toEqual(files);
});
