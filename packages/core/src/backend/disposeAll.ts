import { VardropError } from '../errors.js';
import type { Backend, Tensor } from './contract.js';

/**
 * Disposes of tensors that the caller owns. Skips tensors that are gone because their backend was closed in the
 * meantime. The call that `close` interrupted reports that, so the cleanup need not.
 */
export function disposeAll(backend: Backend, tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) {
    try {
      backend.dispose(tensor);
    } catch (error) {
      if (!(error instanceof VardropError && error.code === 'VARDROP_DISPOSED')) throw error;
    }
  }
}
