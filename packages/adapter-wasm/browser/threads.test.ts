import { trainSmallNetwork } from '@vardrop/conformance';
import { expect, it } from 'vitest';
import { createWasmBackend } from '../dist/index.js';

/** Losses of some steps and the parameters after them. */
async function train(threads: number, relaxedSimd = false) {
  const backend = await createWasmBackend({ threads, relaxedSimd });
  const { step, trainer } = trainSmallNetwork(backend, 'dense');
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) losses.push(await step());
  const { parameters } = await trainer.state();
  trainer.dispose();
  await backend.close();
  return { losses, parameters };
}

it('trains with relaxed SIMD bit for bit the same with any number of Web Workers', async () => {
  const alone = await train(1, true);
  expect(await train(2, true)).toEqual(alone);
  const exact = await train(1);
  alone.losses.forEach((loss, i) => {
    expect(Math.abs(loss - exact.losses[i])).toBeLessThan(1e-4 * Math.abs(loss));
  });
});

it('trains bit for bit the same with any number of Web Workers, and without', async () => {
  const alone = await train(1);
  for (const threads of [2, 3]) expect(await train(threads)).toEqual(alone);
});
