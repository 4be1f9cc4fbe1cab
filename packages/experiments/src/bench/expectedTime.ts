/** A measured time for an amount of `work`. */
export interface TimedWork {
  readonly work: number;
  /** Milliseconds. */
  readonly time: number;
}

/**
 * A low estimate of the time for more work, so that nothing is skipped that might fit in the budget. It is the smaller of two
 * estimates, but at least the time of the largest work so far: the line through the two largest works (part of a step's time
 * does not grow with the minibatch), and the time at the best rate so far. 0 if nothing is known.
 */
export function expectedTime(before: readonly TimedWork[], work: number): number {
  const lighter = before.filter((each) => each.work <= work).sort((a, b) => b.work - a.work);
  const [last, other] = lighter;
  if (last === undefined) return 0;
  if (other === undefined || other.work === last.work) return last.time;
  const slope = (last.time - other.time) / (last.work - other.work);
  const atBestRate = work * Math.min(...lighter.map((each) => each.time / each.work));
  return Math.max(last.time, Math.min(last.time + slope * (work - last.work), atBestRate));
}
