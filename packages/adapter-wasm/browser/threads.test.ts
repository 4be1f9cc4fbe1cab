import { trainSmallNetwork } from '@vardrop/conformance';
import { expect, it } from 'vitest';
import { createWasmBackend } from '../dist/index.js';

/** Losses of some steps and the parameters after them. */
async function train(threads: number) {
  const backend = await createWasmBackend({ threads });
  const { step, trainer } = trainSmallNetwork(backend, 'dense');
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) losses.push(await step());
  const { parameters } = await trainer.state();
  trainer.dispose();
  await backend.close();
  return { losses, parameters };
}

it('trains bit for bit the same with any number of Web Workers, and without', async () => {
  const alone = await train(1);
  for (const threads of [2, 3]) expect(await train(threads)).toEqual(alone);
});
