/** Longest time in milliseconds for which training and prediction block the event loop. */
const longest = 30;

let last = 0;

/** Node has it, pages do not. */
const { setImmediate } = globalThis as { readonly setImmediate?: (act: () => void) => void };

/**
 * Yields to the event loop if that has not happened for a while. A backend that computes on this thread resolves its promises
 * without yielding; Ctrl-C, timers and repaints would wait until the end. `atOnce`: it always yields, as where data are read
 * meanwhile.
 */
export async function yieldToEvents(atOnce = false): Promise<void> {
  const now = performance.now();
  if (!atOnce && now - last < longest) return;
  // A timer of 0 takes a millisecond, which only matters where every step yields.
  await new Promise<void>((resolve) => {
    if (atOnce && setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
  last = performance.now();
}
