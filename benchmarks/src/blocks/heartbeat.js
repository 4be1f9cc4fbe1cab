/**
 * The longest turns of the event loop of the thread that this module runs on. A message to itself comes back in a later turn,
 * so a turn that takes long is a gap between two of them.
 *
 * @typedef {{ longest: number, phase: string, phases: Record<string, number> }} Blocks milliseconds; the phase that took most
 * of the longest turn, and the longest turn of each phase
 */

/** Starts to watch. `enter` names what runs from now on; `stop` gives what was seen. */
export function startHeartbeat() {
  const { port1, port2 } = new MessageChannel();
  /** @type {Record<string, number>} */
  const phases = {};
  let phase = '';
  let longest = { time: 0, phase };
  let last = performance.now();
  /** Parts of the turn under way, by phase. @type {Map<string, number>} */
  let parts = new Map();
  let entered = last;
  const part = () => {
    const now = performance.now();
    parts.set(phase, (parts.get(phase) ?? 0) + now - entered);
    entered = now;
    return now;
  };
  const turn = () => {
    const now = part();
    const [[most]] = [...parts].sort(([, a], [, b]) => b - a);
    const time = now - last;
    phases[most] = Math.max(phases[most] ?? 0, time);
    if (time > longest.time) longest = { time, phase: most };
    parts = new Map();
    last = now;
  };
  let stopped = false;
  port1.onmessage = () => {
    turn();
    if (!stopped) port2.postMessage(undefined);
  };
  port2.postMessage(undefined);
  return {
    /** @param {string} name */
    enter(name) {
      part();
      phase = name;
    },
    /** @returns {Blocks} */
    stop() {
      turn();
      stopped = true;
      port1.close();
      return { longest: longest.time, phase: longest.phase, phases };
    },
  };
}
