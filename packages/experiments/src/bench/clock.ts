/** The clock of a benchmark. Tests pass one that stands still. */
export interface Clock {
  /** Milliseconds since a fixed moment. */
  now(): number;
  /** Yields to the event loop (Ctrl-C, a button), since backends that compute synchronously never do. */
  pause(): Promise<void>;
}

/** The clock of the platform, in Node and in pages. */
export const platformClock: Clock = {
  now: () => performance.now(),
  pause: () => new Promise((resolve) => setTimeout(resolve, 0)),
};
