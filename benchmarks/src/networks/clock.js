/**
 * Milliseconds since the start: by the clock, and of the process's own work. On a busy machine the second says more.
 *
 * @typedef {{ clock: number, work: number }} Time
 */

/** Starts; the function gives the time since then. @returns {() => Time} */
export function startClock() {
  const [start, used] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { clock: performance.now() - start, work: (user + system) / 1000 };
  };
}
