import type { Backend, Tensor, Tensors } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import type { TensorMap } from '../tensorData.js';

/** Uploads tensors by name. If one fails, the others are disposed of. */
export function uploadAll(backend: Backend, tensors: TensorMap): Tensors {
  const uploaded: Record<string, Tensor> = {};
  try {
    for (const [name, { shape, data }] of Object.entries(tensors)) uploaded[name] = backend.upload(data, shape);
    return uploaded;
  } catch (error) {
    disposeAll(backend, Object.values(uploaded));
    throw error;
  }
}
