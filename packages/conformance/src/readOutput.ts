import type { Backend } from '@vardrop/core';
import type { Tensor } from '@vardrop/core/backend';
import { elementCount } from '@vardrop/core/program';

/**
 * Reads the values of an output. Rejects if it is missing, has another shape than the program says, or is read as
 * another type or length.
 */
export async function readOutput(
  backend: Backend,
  name: string,
  tensor: Tensor | undefined,
  shape: readonly unknown[],
): Promise<Float32Array> {
  if (tensor?.shape?.join() !== shape.join()) {
    const got = tensor === undefined ? 'nothing' : `shape [${tensor.shape}]`;
    throw new Error(`output "${name}": got ${got}, wanted shape [${shape}]`);
  }
  const read: unknown = await backend.read(tensor);
  const count = elementCount(tensor.shape);
  if (!(read instanceof Float32Array)) {
    const kind = typeof read === 'object' && read !== null ? read.constructor?.name : typeof read;
    throw new Error(`output "${name}": got a value of type ${kind}, wanted a Float32Array of ${count} values`);
  }
  if (read.length !== count) throw new Error(`output "${name}": got ${read.length} values, wanted ${count}`);
  return read;
}
