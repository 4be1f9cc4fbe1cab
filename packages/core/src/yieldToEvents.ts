/** Longest time in milliseconds for which training and prediction block the event loop. */
const longest = 30;

let last = 0;

/** Node has it, pages do not. */
const { setImmediate } = globalThis as { readonly setImmediate?: (act: () => void) => void };

/**
 * Yields to the event loop if that has not happened for a while. A backend that computes on this thread resolves its promises
 * without yielding; Ctrl-C, timers and repaints would wait until the end. `atOnce`: it always yields, to the next turn, as
 * where data are read meanwhile or a graphics card computes.
 */
export async function yieldToEvents(atOnce = false): Promise<void> {
  const now = performance.now();
  if (!atOnce && now - last < longest) return;
  // A timer of 0 takes a millisecond, in pages four, which only matters where every step yields.
  await (atOnce ? nextTurn() : new Promise<void>((resolve) => setTimeout(resolve, 0)));
  last = performance.now();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
