import type { IGPUKernelSettings } from 'gpu.js';
import type { GpujsMode } from '../gpujs/mode.js';
import type { KernelSource } from '../print/kernelSource.js';

/** What gpu.js is told of a kernel beside its source. */
export function kernelSettings({ output, constants, functions }: KernelSource, mode: GpujsMode): IGPUKernelSettings {
  return {
    output: [...output],
    constants: mode === 'webgl2' ? finite(constants) : constants,
    constantTypes: Object.fromEntries(Object.keys(constants).map((name) => [name, 'Float'])),
    precision: 'single',
    ...callable(functions),
  };
}

/** The functions that a kernel calls. */
function callable(functions: KernelSource['functions']): Pick<IGPUKernelSettings, 'functions'> | object {
  if (functions.length === 0) return {};
  const settings = (own: boolean) =>
    functions
      .filter(({ native }) => native === own)
      .map(({ name, source, argumentTypes, returnType }) => ({
        name,
        source,
        argumentTypes: [...argumentTypes],
        returnType,
      }));
  return { functions: settings(false), nativeFunctions: settings(true) };
}

/** The largest number of float32 in place of infinities, which GLSL has no word for. */
const finite = (constants: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(constants).map(([name, value]) => [name, Math.max(-largest, Math.min(largest, value))]),
  );

const largest = 3.4028234663852886e38;
