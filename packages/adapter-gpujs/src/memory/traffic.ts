/** What a backend has done since it was created. The difference of two tells what it did between them. */
export interface GpujsTraffic {
  /** Programs, or parts of one, handed to gpu.js as a whole. */
  readonly plans: number;
  /** Kernels launched. */
  readonly launches: number;
  /** Copied from JavaScript to gpu.js's memory. */
  readonly bytesIn: number;
  /** Copied back. */
  readonly bytesOut: number;
}

/** Counts launches, and copies between JavaScript and gpu.js. */
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
