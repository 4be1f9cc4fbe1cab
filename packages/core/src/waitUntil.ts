import { yieldToEvents } from './yieldToEvents.js';

/** How many turns of the event loop to wait before using a timer. The shortest timer in a page takes 4 ms. */
const promptTurns = 20;

/** Resolves once `ready` returns true, which it asks in one turn of the event loop after another. */
export async function waitUntil(ready: () => boolean): Promise<void> {
  for (let turn = 0; !ready(); turn++) {
    await (turn < promptTurns ? yieldToEvents(true) : new Promise((resolve) => setTimeout(resolve)));
  }
}
