import { VardropError } from '@vardrop/core';
import type { GPU } from 'gpu.js';
import { callKernel } from '../gpujs/internals.js';
import type { GpujsMode } from '../gpujs/mode.js';

/**
 * Turns to count up to: a card makes them in a few milliseconds, and longer loops are better shared out among threads
 * anyway.
 */
const most = 2 ** 20;

/** Every card makes at least so many turns, unless it is lost. */
const fewest = 2 ** 12;

/** Counts of this page or process, by mode. */
const counted = new Map<GpujsMode, Promise<number>>();

/**
 * Turns of a loop that a thread makes before the driver ends it, counted once in a page. Rejects with `VARDROP_BACKEND`
 * where loops do not run. Mesa's software renderer, llvmpipe, silently ends all loops of a thread after 65,535 turns.
 */
export function countTurns(gpu: GPU, mode: GpujsMode): Promise<number> {
  const known = counted.get(mode) ?? count(gpu, mode);
  counted.set(mode, known);
  // A failure is not kept, since the next card may be another.
  known.catch(() => counted.delete(mode));
  return known;
}

async function count(gpu: GPU, mode: GpujsMode): Promise<number> {
  // Each turn depends on the one before, so that no compiler can leave out the loop.
  const source = `function kernel(v) {
let x = v[0];
let turns = 0;
for (let i = 0; i < ${most}; i++) {
x = v[1] * x * (1 - x);
turns = turns + (x < 1 ? 1 : 0);
}
return turns;
}`;
  const kernel = gpu.createKernel(source, { output: [1], precision: 'single' });
  const [turns] = await callKernel<Float32Array | Promise<Float32Array>>(kernel, [Float32Array.of(0.3, 3.7)]);
  kernel.destroy();
  if (turns >= fewest) return turns;
  throw new VardropError(
    'VARDROP_BACKEND',
    `[gpujs:${mode}] create: got ${turns} turns of a loop on this graphics card, needs at least ${fewest}. Use mode "webasm".`,
  );
}
