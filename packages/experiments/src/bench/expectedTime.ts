/** How long something took that took `work`. */
export interface TimedWork {
  readonly work: number;
  /** Milliseconds. */
  readonly time: number;
}

/**
 * How long more work will take, guessed low, so that nothing is left out that might have fitted: the line through the two
 * largest works before it (a part of a step's time does not grow with the minibatch), or what it takes at the best rate so
 * far, whichever is less; and no less than the largest took. 0 where nothing is known.
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
