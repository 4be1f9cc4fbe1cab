import { VardropError } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';

/** Throws `VARDROP_INPUT` unless there are as many values as the shape has. */
export function checkSize(name: string, data: Float32Array, shape: readonly number[]): void {
  const size = shape.reduce((product, n) => product * n, 1);
  if (data.length === size) return;
  throw new VardropError(
    'VARDROP_INPUT',
    `[${name}] upload: got ${data.length} values for shape [${shape}], needs ${size}. Pass as many values as the shape has.`,
  );
}

/** Throws `VARDROP_INPUT` unless a runtime's tensor can be taken in. */
export function checkWrapped(name: string, { type, location }: OrtTensor): void {
  if (type === 'float32' && location === 'cpu') return;
  throw new VardropError(
    'VARDROP_INPUT',
    `[${name}] wrap: got a tensor of ${type} on ${location}, needs float32 on cpu. Convert it, or fetch its data (\`await tensor.getData()\`).`,
  );
}

/** Throws `VARDROP_DISPOSED`, for uses of a backend after `close`. */
export function refuseClosed(name: string, who: string): never {
  throw new VardropError(
    'VARDROP_DISPOSED',
    `[${name}] ${who}: got a closed backend, needs an open one. Create another.`,
  );
}
