/** Longest time in milliseconds for which training and prediction keep signals, timers and pages waiting. */
const longest = 30;

let last = 0;

/**
 * Lets the event loop turn if it has not for a while. A backend that computes on this thread resolves its promises
 * without ever doing so, and Ctrl-C, timers and repaints would wait for the end of it.
 */
export async function yieldToEvents(): Promise<void> {
  const now = performance.now();
  if (now - last < longest) return;
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  last = performance.now();
}
