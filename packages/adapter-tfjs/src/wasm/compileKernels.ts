import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '@vardrop/core/program';
import type { Device, KernelHost } from '../device/device.js';
import type { Kernel } from './kernel.js';
import { createFunction, writeModule } from './wasmWriter.js';

/** What is known of the wasm backend of tfjs 4 beyond its published type. */
interface WasmHost extends KernelHost {
  readonly wasm: { readonly asm?: { readonly memory?: unknown } };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
}

/** Computes its results, each owned by the caller, from its operands. */
export type CompiledKernel = (operands: readonly TensorInfo[]) => readonly TensorInfo[];

let hasSimd: boolean | undefined;

/** Whether this engine runs vector instructions. */
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
 * The memory in which tfjs's wasm backend keeps its tensors, if it can be had: exported by the module (not so in the
 * multi-threaded one), and not shared between threads. Without it, nodes run one by one on tfjs's kernels.
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
  const bytes = writeModule(kernels.map(({ code }) => code));
  const { instance } = await WebAssembly.instantiate(bytes, { m: { m: heap } });
  const host = device.host as WasmHost;
  const addressOf = (tensor: TensorInfo) => host.dataIdMap.get(tensor.dataId).memoryOffset;

  return kernels.map((kernel, index) => {
    const run = instance.exports[String(index)] as (...addresses: number[]) => void;
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
