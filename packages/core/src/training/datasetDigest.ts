import type { ReadDataset } from './data.js';
import { digest } from './digest.js';

/** The digest of all inputs, targets and weights in their order. Other rows, or the same in another order, have another one. */
export function datasetDigest({ inputs, targets, weights }: ReadDataset): string {
  return digest([...Object.values(inputs), ...Object.values(targets), ...(weights ? [weights] : [])]);
}
