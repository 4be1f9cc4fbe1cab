import type { Supports } from '@vardrop/core/backend';

/** The capabilities of a backend that computes with so many threads, and with relaxed SIMD or without. */
export function supportsOf(threads: number, relaxed = false): Supports {
  return {
    noise: 'device',
    precision: 'float32',
    functions: [],
    nonFinite: true,
    subnormals: true,
    terms: 4096,
    ulps: { exp: 1.1, log: 1.1, sigmoid: 2.5, softplus: 2.1, tanh: 1.6, cos: 2, erf: 2, sqrt: 0.5, div: 0.5 },
    threads,
    ...(relaxed && { relaxed }),
  };
}
