import { VardropError } from '@vardrop/core';
import type { Device } from '../device/device.js';
import { languageOf, loadAt, prepare, store } from '../gpu/program.js';

/**
 * How many turns to try. A card completes them in a few milliseconds. Longer loops are better split among threads
 * anyway.
 */
const most = 2 ** 20;
/** Every card completes this many turns unless it is lost. */
const fewest = 2 ** 12;

/**
 * How many turns of a loop a thread completes before the driver ends it. Rejects with `VARDROP_BACKEND` if loops do not
 * run. The known case is llvmpipe, Mesa's graphics card in software: it ends all loops of a thread after 65,535 turns
 * without an error.
 */
export async function countTurns(device: Device): Promise<number> {
  const l = languageOf(device);
  const launch = prepare(device, {
    shape: [1],
    inputs: 1,
    words: [],
    functions: '',
    // Each turn depends on the one before, so that no compiler can compute the result without the loop.
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
  // In `read`, tfjs's webgl backend waits with a timer. Its webgpu backend has no `readSync`.
  const [turns] = device.name === 'webgl' ? device.host.readSync(made.dataId) : await device.host.read(made.dataId);
  device.release(given);
  device.release(made);
  if (turns >= fewest) return turns;
  throw new VardropError(
    'VARDROP_BACKEND',
    `[tfjs:${device.name}] device: got ${turns} turns of a loop on this graphics card, needs at least ${fewest}. Use wasm.`,
  );
}
