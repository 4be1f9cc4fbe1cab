import type { Clock } from '../../src/bench/clock.js';

/** A clock that only moves when it is told to; `onPause` is called where events could arrive. */
export function createFakeClock(onPause: () => void = () => {}): Clock & { advance(milliseconds: number): void } {
  let time = 0;
  return {
    now: () => time,
    pause: async () => onPause(),
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}
