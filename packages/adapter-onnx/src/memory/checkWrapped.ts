import { VardropError } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { Memory } from './memory.js';

/** Throws `VARDROP_INPUT` unless a runtime's tensor can be taken in: float32 in JavaScript's memory, or in the backend's. */
export function checkWrapped(name: string, { type, location }: OrtTensor, memory: Memory['location'] = 'cpu'): void {
  if (type === 'float32' && (location === 'cpu' || location === memory)) return;
  throw new VardropError(
    'VARDROP_INPUT',
    `[${name}] wrap: got a tensor of ${type} on ${location}, needs float32 on ${memory === 'cpu' ? 'cpu' : `cpu or ${memory}`}. Convert it, or fetch its data (\`await tensor.getData()\`).`,
  );
}
