import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '@vardrop/core/program';
import type { Device, KernelHost } from '../device/device.js';
import type { Kernel } from './kernel.js';
import { createFunction, type FunctionWriter, writeModule } from './wasmWriter.js';

/** The part of the wasm backend of tfjs 4 that its published type lacks. */
interface WasmHost extends KernelHost {
  readonly wasm: { readonly asm?: { readonly memory?: unknown } };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
}

/** Computes the results from the operands. The caller owns each result. */
export type CompiledKernel = (operands: readonly TensorInfo[]) => readonly TensorInfo[];

let hasSimd: boolean | undefined;

/** Whether this engine supports vector instructions. */
function runsSimd(): boolean {
  if (hasSimd === undefined) {
    const probe = createFunction(0);
    probe.floats(0);
    probe.set(probe.v128());
    hasSimd = WebAssembly.validate(writeModule([probe]));
  }
  return hasSimd;
}

/**
 * The memory in which tfjs's wasm backend keeps its tensors. Undefined unless the module exports the memory (the
 * multi-threaded one does not) and threads do not share it. Without it, tfjs's kernels compute the nodes one by one.
 */
export function findHeap(device: Device): WebAssembly.Memory | undefined {
  if (device.name !== 'wasm' || !runsSimd()) return undefined;
  const memory = (device.host as WasmHost).wasm?.asm?.memory;
  return memory instanceof WebAssembly.Memory && memory.buffer instanceof ArrayBuffer ? memory : undefined;
}

/**
 * Compiles kernels into one WebAssembly module that works on tfjs's tensors in place. Kernels of equal code, such as those of the
 * steps of a sequence, are one function: the engine optimizes a function once it has run for long enough.
 */
export async function compileKernels(
  device: Device,
  heap: WebAssembly.Memory,
  kernels: readonly Kernel[],
): Promise<CompiledKernel[]> {
  if (kernels.length === 0) return [];
  const functions = new Map<string, number>();
  const written: FunctionWriter[] = [];
  const indices = kernels.map(({ code }) => {
    const signature = `${code.parameters}: ${code.code()}`;
    const index = functions.get(signature) ?? written.push(code) - 1;
    functions.set(signature, index);
    return index;
  });
  const bytes = writeModule(written);
  const { instance } = await WebAssembly.instantiate(bytes, { m: { m: heap } });
  const host = device.host as WasmHost;
  const addressOf = (tensor: TensorInfo) => host.dataIdMap.get(tensor.dataId).memoryOffset;

  return kernels.map((kernel, index) => {
    const run = instance.exports[String(indices[index])] as (...addresses: number[]) => void;
    return (operands) => {
      const made: TensorInfo[] = [];
      try {
        for (const { shape } of kernel.results) made.push(host.makeOutput([...shape], 'float32'));
        if (kernel.scratch !== undefined) made.push(host.makeOutput([kernel.scratch], 'float32'));
      } catch (error) {
        for (const tensor of made) device.release(tensor);
        throw error;
      }
      const results = made.slice(0, kernel.results.length);
      kernel.results.forEach(({ shape, initial }, i) => {
        if (initial === undefined) return;
        new Float32Array(heap.buffer, addressOf(results[i]), elementCount(shape)).fill(initial);
      });
      run(...operands.map(addressOf), ...made.map(addressOf));
      for (const scratch of made.slice(results.length)) device.release(scratch);
      return results;
    };
  });
}
