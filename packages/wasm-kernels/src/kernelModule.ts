import type { Kernel } from './kernel.js';
import { type FunctionWriter, type ModuleOptions, writeModule } from './write/wasmWriter.js';

/** A WebAssembly module of kernels. */
export interface KernelModule {
  /** The module. It imports a memory as `m.m`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** By kernel, then by phase: the name under which the module exports the phase's function. */
  readonly names: readonly (readonly string[])[];
}

/**
 * Writes kernels into one module. Phases of equal code, such as those of the steps of a sequence, are one function: the
 * engine optimizes a function once it has run for long enough.
 */
export function kernelModule(kernels: readonly Kernel[], options: ModuleOptions = {}): KernelModule {
  const functions = new Map<string, number>();
  const written: FunctionWriter[] = [];
  const names = kernels.map(({ phases }) =>
    phases.map(({ code }) => {
      const signature = `${code.parameters}: ${code.code()}`;
      const index = functions.get(signature) ?? written.push(code) - 1;
      functions.set(signature, index);
      return String(index);
    }),
  );
  return { bytes: writeModule(written, options), names };
}
