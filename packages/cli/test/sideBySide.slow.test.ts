import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./sideBySide.js', import.meta.url));
const backends = ['wasm', 'tfjs:wasm', 'onnx:wasm', 'onnx:native', 'gpujs:webasm'];
const pairs = backends.flatMap((first) => backends.filter((each) => each !== first).map((second) => [first, second]));

describe('two backends in one process', () => {
  it.concurrent.each(pairs)('%s, then %s: each works, and the app notices nothing', async (first, second) => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, first, second]);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
      changed: [],
      flags: [],
      own: [1, 4],
      active: 'cpu',
    });
  });
});
