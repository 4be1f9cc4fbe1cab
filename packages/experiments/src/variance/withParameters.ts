import type { Backend, TensorMap } from '@vardrop/core';
import type { Tensor, Tensors } from '@vardrop/core/backend';

/** Runs a measurement with parameters on the backend, and frees them. */
export async function withParameters<Result>(
  backend: Backend,
  parameters: TensorMap,
  measure: (shared: Tensors) => Promise<Result>,
): Promise<Result> {
  const shared: Record<string, Tensor> = {};
  try {
    for (const [name, { shape, data }] of Object.entries(parameters)) shared[name] = backend.upload(data, shape);
    return await measure(shared);
  } finally {
    for (const tensor of Object.values(shared)) backend.dispose(tensor);
  }
}
