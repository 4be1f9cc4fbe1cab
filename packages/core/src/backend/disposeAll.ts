import { VardropError } from '../errors.js';
import type { Backend, Tensor } from './contract.js';

/**
 * Disposes of tensors of one's own. Those that are gone, since their backend was closed meanwhile, are passed over: what
 * ended the work is told by the call that it ended, and not by the tidying up after it.
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
