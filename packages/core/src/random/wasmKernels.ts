import { threefryWasm } from './generated/threefryWasm.js';
import { chunk, type NoiseKernels } from './noiseKernels.js';

interface Exports extends Pick<NoiseKernels, 'blocks' | 'bits' | 'uniform' | 'normal'> {
  readonly memory: WebAssembly.Memory;
}

/**
 * The noise kernels of `assembly/`: WebAssembly SIMD. Compiled synchronously: with less than 4 KB they stay below what
 * browsers allow on a page's main thread.
 *
 * @throws what `WebAssembly` throws where the platform or its content security policy refuses the module
 */
export function wasmKernels(): NoiseKernels {
  const binary = Uint8Array.from(threefryWasm.match(/../g) as string[], (byte) => Number.parseInt(byte, 16));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
  const { memory, blocks, bits, uniform, normal } = exports as unknown as Exports;
  return {
    words: new Uint32Array(memory.buffer, 0, chunk),
    floats: new Float32Array(memory.buffer, 0, chunk),
    blocks,
    bits,
    uniform,
    normal,
  };
}
