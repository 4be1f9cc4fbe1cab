import type { IGPUKernelSettings } from 'gpu.js';
import type { GpujsMode } from '../gpujs/mode.js';
import type { KernelSource } from '../print/kernelSource.js';

/** The settings with which gpu.js makes a kernel. */
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

/** The constants with the largest float32 in place of infinity, for which GLSL has no literal. */
const finite = (constants: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(constants).map(([name, value]) => [name, Math.max(-largest, Math.min(largest, value))]),
  );

const largest = 3.4028234663852886e38;
