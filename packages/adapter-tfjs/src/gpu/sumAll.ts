import { elementCount } from '@vardrop/core/program';
import type { Device } from '../device.js';
import type { Lowering } from '../lowering.js';
import { reshape } from '../shape.js';
import { reduceParts } from './reduceParts.js';

/** Partial sums of the first pass: enough threads for a large card. */
const parts = 4096;

/**
 * The sum of all elements, in two passes; undefined for tensors that are none the faster for it. (tfjs's webgpu kernel
 * has one group of threads for a sum, however long, which leaves most of a card idle.)
 */
export function sumAll(device: Device, shape: readonly number[], out: readonly number[]): Lowering | undefined {
  const length = elementCount(shape);
  if (length < 4 * parts) return undefined;
  const first = reduceParts(device, 'sum', { rows: 1, length, parts });
  return ([x]) =>
    device.scoped(() => {
      const partial = reshape(device, first(reshape(device, x, [1, length])), [parts]);
      return reshape(device, device.call('Sum', { x: partial }, { axis: [0], keepDims: false }), out);
    });
}
