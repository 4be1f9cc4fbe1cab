import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// The same 2,000 in every run; `npm run fuzz` reads others.
it('damaged files are refused with a code, or read as something sound', async () => {
  const script = fileURLToPath(new URL('../../../scripts/fuzz/index.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--inputs', '2000', '--seed', '7']);
  expect(stdout).toMatch(/2000 inputs in .* problems: 0\n/);
  // Some damage leaves a sound file: if none were read, the inputs would be too broken to tell anything.
  for (const kind of ['safetensors', 'onnx', 'idx', 'json']) expect(stdout).toMatch(new RegExp(`${kind} [1-9]`));
}, 120_000);
