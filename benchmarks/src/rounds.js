/**
 * The numbers of rounds, negative ones to warm up. When half of `seconds` is over, warming up ends; when all of it is, no more rounds
 * begin, but for the first.
 *
 * @param {{ warmup: number, repetitions: number, seconds?: number }} options
 * @returns {Generator<number>}
 */
export function* rounds({ warmup, repetitions, seconds = Number.POSITIVE_INFINITY }) {
  const begun = performance.now();
  const over = (/** @type {number} */ share) => performance.now() - begun > 1000 * share * seconds;
  for (let round = -warmup; round < 0 && !over(0.5); round++) yield round;
  for (let round = 0; round < repetitions && (round === 0 || !over(1)); round++) yield round;
}
