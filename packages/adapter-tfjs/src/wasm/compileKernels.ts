import type { TensorInfo } from '@tensorflow/tfjs';
import { type Kernel, kernelModule, runsSimd } from '@vardrop/wasm-kernels';
import type { Device, KernelHost } from '../device/device.js';

/** The part of the wasm backend of tfjs 4 that its published type lacks. */
interface WasmHost extends KernelHost {
  readonly wasm: { readonly asm?: { readonly memory?: unknown } };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
}

/** Computes the results from the operands. The caller owns each result. */
export type CompiledKernel = (operands: readonly TensorInfo[]) => readonly TensorInfo[];

/**
 * The memory in which tfjs's wasm backend keeps its tensors. Undefined unless the module exports the memory (the
 * multi-threaded one does not) and threads do not share it. Without it, tfjs's kernels compute the nodes one by one.
 */
export function findHeap(device: Device): WebAssembly.Memory | undefined {
  if (device.name !== 'wasm' || !runsSimd()) return undefined;
  const memory = (device.host as WasmHost).wasm?.asm?.memory;
  return memory instanceof WebAssembly.Memory && memory.buffer instanceof ArrayBuffer ? memory : undefined;
}

/** Compiles kernels into one WebAssembly module that works on tfjs's tensors in place. */
export async function compileKernels(
  device: Device,
  heap: WebAssembly.Memory,
  kernels: readonly Kernel[],
): Promise<CompiledKernel[]> {
  if (kernels.length === 0) return [];
  const { bytes, names } = kernelModule(kernels);
  const { instance } = await WebAssembly.instantiate(bytes, { m: { m: heap } });
  const host = device.host as WasmHost;
  const addressOf = (tensor: TensorInfo) => host.dataIdMap.get(tensor.dataId).memoryOffset;

  return kernels.map(({ phases, results, scratch }, index) => {
    const runs = names[index].map((name) => instance.exports[name] as (...parameters: number[]) => void);
    return (operands) => {
      const made: TensorInfo[] = [];
      try {
        for (const shape of results) made.push(host.makeOutput([...shape], 'float32'));
        if (scratch !== undefined) made.push(host.makeOutput([scratch], 'float32'));
      } catch (error) {
        for (const tensor of made) device.release(tensor);
        throw error;
      }
      const addresses = [...operands.map(addressOf), ...made.map(addressOf)];
      runs.forEach((run, i) => {
        run(...addresses, 0, phases[i].tasks);
      });
      for (const tensor of made.slice(results.length)) device.release(tensor);
      return made.slice(0, results.length);
    };
  });
}
