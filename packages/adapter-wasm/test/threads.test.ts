import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  adam,
  type Backend,
  conv2d,
  dense,
  flatten,
  initialState,
  maxPooling2d,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../dist/index.js';

const normal = (length: number, seed: number) => Float32Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i * i));

/** The parameters after some steps of training. */
async function train(backend: Backend, units: number, rows: number) {
  const model = sequential({
    input: [9, 8, 3],
    layers: [
      conv2d({ filters: 5, size: 3, activation: 'relu' }),
      maxPooling2d({ size: 2 }),
      flatten(),
      dense({ units, activation: 'relu' }),
      dense({ units: 4 }),
    ],
    noise: sparseVariational(),
  });
  const optimizer = adam();
  const trainer = createTrainer(model, { backend, optimizer, state: initialState(model, optimizer, 1) });
  const y = new Float32Array(rows * 4).map((_, i) => (i % 4 === Math.floor(i / 4) % 4 ? 1 : 0));
  for (let step = 0; step < 3; step++) {
    const minibatch = { rows, inputs: { x: normal(rows * 216, step) }, targets: { output: y } };
    await trainer.run(minibatch, { learningRateFactor: 1, klScale: 0.01 });
  }
  const { parameters } = await trainer.state();
  trainer.dispose();
  return Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, [...data]]));
}

describe('threads', () => {
  it('change no bit of what training gives', async () => {
    const backends = await Promise.all([1, 2, 3, 4].map((threads) => createWasmBackend({ threads })));
    expect(backends.map(({ supports }) => supports.threads)).toEqual([1, 2, 3, 4]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40 }), async (units, rows) => {
        const [alone, ...shared] = await Promise.all(backends.map((backend) => train(backend, units, rows)));
        for (const each of shared) expect(each).toEqual(alone);
      }),
      { numRuns: 5 },
    );
    for (const backend of backends) await backend.close();
  });

  it('take relaxed SIMD where the engine has it, and say so', async () => {
    const asked = createWasmBackend({ threads: 1, relaxedSimd: true });
    if (Number.parseInt(process.versions.node, 10) < 22) {
      await expect(asked).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
      return;
    }
    const backend = await asked;
    expect(backend.supports.relaxed).toBe(true);
    await backend.close();
  });

  it.each([0, 1.5, 17, '2'])('cannot be %s', async (threads) => {
    await expect(createWasmBackend({ threads: threads as number })).rejects.toMatchObject({ code: 'VARDROP_OPTION' });
  });

  it('let the process end, and keep it while it reads', () => {
    const index = new URL('../dist/index.js', import.meta.url).href;
    const code = `
      const { createWasmBackend } = await import(${JSON.stringify(index)});
      const backend = await createWasmBackend({ threads: 2 });
      const tensor = backend.upload(Float32Array.of(1, 2), [2]);
      backend.read(tensor).then((values) => console.log(String(values)));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', code], { timeout: 30_000 });
    expect(String(printed).trim()).toBe('1,2');
  });

  it('that end unasked are reported at each use, and end no pending read in silence', async () => {
    const script = fileURLToPath(new URL('lostThread.js', import.meta.url));
    expect(JSON.parse(String(execFileSync(process.execPath, [script], { timeout: 30_000 })))).toEqual([
      'VARDROP_DEVICE_LOST',
      'VARDROP_DEVICE_LOST',
      'VARDROP_DEVICE_LOST',
    ]);
  });
});
