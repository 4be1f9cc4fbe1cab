import { VardropError } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';

/** Throws `VARDROP_INPUT` unless a runtime's tensor can be taken in. */
export function checkWrapped(name: string, { type, location }: OrtTensor): void {
  if (type === 'float32' && location === 'cpu') return;
  throw new VardropError(
    'VARDROP_INPUT',
    `[${name}] wrap: got a tensor of ${type} on ${location}, needs float32 on cpu. Convert it, or fetch its data (\`await tensor.getData()\`).`,
  );
}
