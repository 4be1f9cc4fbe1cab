import { VardropError } from '@vardrop/core';
import type { Device } from '../device/device.js';
import { languageOf, loadAt, prepare, store } from '../gpu/program.js';

/** Turns to count up to: a card has them done in a few milliseconds, and longer loops are better shared out in any case. */
const most = 2 ** 20;
/** Turns that no card falls short of, unless it is lost. */
const fewest = 2 ** 12;

/**
 * Turns of a loop that a thread makes before the driver ends it. Rejects with `VARDROP_BACKEND` where loops do not run.
 * They are limited by llvmpipe, Mesa's graphics card in software: it ends all loops of a thread after 65,535 turns
 * without a word.
 */
export async function countTurns(device: Device): Promise<number> {
  const l = languageOf(device);
  const launch = prepare(device, {
    shape: [1],
    inputs: 1,
    words: [],
    functions: '',
    // A turn depends on the one before, so that no compiler knows the result without the loop.
    body: [
      l.variable('float', 'x', loadAt(0, '0')),
      l.variable('float', 'turns', l.number(0)),
      l.repeat('i', most, [
        `x = ${loadAt(0, '1')} * x * (${l.number(1)} - x);`,
        `turns = turns + ${l.select(`x < ${l.number(1)}`, l.number(1), l.number(0))};`,
      ]),
      store(l, 'turns'),
    ],
  });
  const given = device.create(Float32Array.of(0.3, 3.7), [2]);
  const made = launch([given]);
  // tfjs's webgl backend waits by the clock in `read`, and its webgpu backend has no `readSync`.
  const [turns] = device.name === 'webgl' ? device.host.readSync(made.dataId) : await device.host.read(made.dataId);
  device.release(given);
  device.release(made);
  if (turns >= fewest) return turns;
  throw new VardropError(
    'VARDROP_BACKEND',
    `[tfjs:${device.name}] device: got ${turns} turns of a loop on this graphics card, needs at least ${fewest}. Use wasm.`,
  );
}
