export { elementary } from './elementary.js';
export type { Kernel, Phase } from './kernel.js';
export { type KernelModule, kernelModule } from './kernelModule.js';
export type { NoiseSource } from './noise/noiseSource.js';
export { type ProgramKernel, programKernels } from './programKernels.js';
export { runsRelaxedSimd, runsSimd } from './runsSimd.js';
export { signed, unsigned } from './write/leb128.js';
export type { FunctionWriter, ModuleOptions } from './write/wasmWriter.js';
