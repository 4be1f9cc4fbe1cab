export { elementary } from './elementary.js';
export type { Kernel, Phase } from './kernel.js';
export { type KernelModule, kernelModule } from './kernelModule.js';
export type { NoiseSource } from './noise/noiseSource.js';
export { type ProgramKernel, programKernels } from './programKernels.js';
export { runsSimd } from './runsSimd.js';
export type { FunctionWriter, MemoryImport } from './write/wasmWriter.js';
