import type { Supports } from '@vardrop/core';
import type { Device } from './device.js';

/** What a tfjs device can do. */
export function supportsOf(device: Device): Supports {
  return {
    noise: 'host',
    precision: 'float32',
    functions: [],
    nonFinite: device.name === 'cpu',
    subnormals: true,
    ulps: { exp: 1, log: 1, sigmoid: 4, softplus: 4, tanh: 2, sqrt: 0.5, div: 0.5 },
  };
}
