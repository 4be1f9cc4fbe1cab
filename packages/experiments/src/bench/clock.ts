/** Time, as a benchmark needs it; a test hands in one that stands still. */
export interface Clock {
  /** Milliseconds since any moment that stays the same. */
  now(): number;
  /** Lets events arrive (Ctrl-C, a button), since backends that compute at once never give them a turn. */
  pause(): Promise<void>;
}

/** The clock of the platform, in Node and in pages. */
export const platformClock: Clock = {
  now: () => performance.now(),
  pause: () => new Promise((resolve) => setTimeout(resolve, 0)),
};
