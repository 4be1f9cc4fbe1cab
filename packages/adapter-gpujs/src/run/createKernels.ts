import type { IKernelRunShortcut } from 'gpu.js';
import type { KernelSource, ValueId } from '../print/kernelSource.js';
import type { Runtime } from '../start/runtime.js';
import { kernelSettings } from './kernelSettings.js';

/**
 * The kernels of gpu.js for those of a program, in their order. Equal ones share one.
 *
 * @param layoutOf threads in x, y, z of the kernel that makes an operand, given if operands and results stay in gpu.js's
 * memory: kernels know how their operands are laid out
 */
export function createKernels(
  runtime: Runtime,
  kernels: readonly KernelSource[],
  layoutOf?: (id: ValueId) => readonly number[],
): readonly IKernelRunShortcut[] {
  const known = new Map<string, IKernelRunShortcut>();
  return kernels.map((kernel) => {
    const { source, output, constants, inputs } = kernel;
    const key = JSON.stringify([source, output, constants, layoutOf && inputs.map(layoutOf)]);
    const settings = kernelSettings(kernel, runtime.mode);
    const made =
      known.get(key) ??
      runtime.createKernel(source, layoutOf ? { ...settings, pipeline: true, immutable: true } : settings);
    known.set(key, made);
    return made;
  });
}
