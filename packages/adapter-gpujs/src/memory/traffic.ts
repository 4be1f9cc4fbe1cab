/** What a backend has done since it was created. The difference of two is what lay between them. */
export interface GpujsTraffic {
  /** Programs, or parts of one, handed to gpu.js as a whole. */
  readonly plans: number;
  /** Kernels launched. */
  readonly launches: number;
  /** Copied from arrays of JavaScript to where gpu.js computes. */
  readonly bytesIn: number;
  /** Copied back. */
  readonly bytesOut: number;
}

/** Adds up what crosses between JavaScript and gpu.js. */
export interface TrafficCounter {
  plan(launches: number): void;
  copyIn(values: Float32Array): void;
  copyOut(values: Float32Array): void;
  total(): GpujsTraffic;
}

/** A counter at zero. */
export function createTrafficCounter(): TrafficCounter {
  const total = { plans: 0, launches: 0, bytesIn: 0, bytesOut: 0 };
  return {
    plan(launches) {
      total.plans += 1;
      total.launches += launches;
    },
    copyIn(values) {
      total.bytesIn += values.byteLength;
    },
    copyOut(values) {
      total.bytesOut += values.byteLength;
    },
    total: () => ({ ...total }),
  };
}
