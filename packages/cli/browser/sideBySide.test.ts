import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltApp, buildApp } from './builtApp.js';

/** Backends of a page that are likely to be in each other's way: those of one kind of device. */
const kinds = [
  ['wasm', 'tfjs:wasm', 'onnx:wasm', 'gpujs:webasm'],
  ['tfjs:webgpu', 'onnx:webgpu', 'gpujs:webgpu'],
  ['tfjs:webgl', 'gpujs:webgl2'],
];

const pairs = kinds.flatMap((kind) =>
  kind.flatMap((first) => kind.filter((each) => each !== first).map((second) => [first, second])),
);

describe('two backends in one page', () => {
  it.each(pairs)('%s, then %s: each works, and the app notices nothing', async (first, second) => {
    const { printed, error } = await app.run(0, { isolated: true, thread: 'main' }, `backends=${first},${second}`);
    expect(error).toBeUndefined();
    expect(JSON.parse(printed.at(-1) ?? '')).toEqual({ changed: [], flags: [], own: [1, 4], active: 'webgl' });
  });
});

let app: BuiltApp;
beforeAll(async () => {
  const program = readFileSync(new URL('../test/sideBySide.js', import.meta.url), 'utf8');
  app = await buildApp([program], { worker: { format: 'es' } }, {});
});
afterAll(() => app.close());
