import { VardropError } from '@vardrop/core';
import type { GPU, IKernelRunShortcut } from 'gpu.js';
import type { Nested } from './nested.js';

/**
 * What gpu.js's published types leave out of what it does, or type more narrowly than it behaves. The casts that this takes
 * are all in this file.
 */

/** A tensor where gpu.js computes: a texture, or a buffer of WebGPU. */
export interface Resident {
  /** Threads in x, y, z of the kernel that wrote it. */
  readonly output: readonly number[];
  toArray(): Nested | Promise<Nested>;
  /** Frees it, or one of its references. */
  delete(): void;
}

/** What kernels read. While a pipeline is laid out, a handle that has no members. */
export type Operand = Float32Array | Resident | object;

/** The kernel behind the function that runs it. */
export interface KernelInternals {
  readonly constructor: { readonly mode: string };
  /** Why another mode took over. */
  readonly fallbackReason?: string | null;
  /** In mode `webgpu`, once it has run: where it runs. */
  readonly context?: unknown;
  /** On webasm: makes of the numbers of a result what is handed out. */
  _shapeOutput?: (values: Float32Array) => Nested;
}

/** The kernel that a shortcut runs. Throws `VARDROP_BACKEND` where it does not tell its mode. */
export function kernelBehind(shortcut: IKernelRunShortcut): KernelInternals {
  const kernel: unknown = shortcut.kernel;
  if (isKernel(kernel)) return kernel;
  throw new VardropError(
    'VARDROP_BACKEND',
    '[gpujs] kernel: got one that does not tell its mode, needs one of gpu.js 2.24.1 or later. Install that.',
  );
}

function isKernel(value: unknown): value is KernelInternals {
  if (typeof value !== 'object' || value === null) return false;
  const made = value.constructor;
  return 'mode' in made && typeof made.mode === 'string';
}

/** Destroys a kernel, and strikes it off the list that gpu.js keeps, on which kernels of mode cpu would stay. */
export function destroyKernel(gpu: GPU, shortcut: IKernelRunShortcut): void {
  const kernels = listed(gpu);
  const { kernel } = shortcut;
  shortcut.destroy();
  const at = kernels.indexOf(kernel);
  if (at >= 0) kernels.splice(at, 1);
}

/** All kernels that live, those that pipelines have made for themselves included. */
export function kernelsOf(gpu: GPU): readonly KernelInternals[] {
  return listed(gpu).filter(isKernel);
}

/** The list that gpu.js keeps; an empty one where it no longer does. */
function listed(gpu: GPU): unknown[] {
  return 'kernels' in gpu && Array.isArray(gpu.kernels) ? gpu.kernels : [];
}

/** Whether the graphics card's context is gone; there is none on webasm and cpu. */
export function isContextLost(gpu: GPU): boolean {
  const context: { isContextLost?(): boolean } | null | undefined = gpu.context;
  return context?.isContextLost?.() ?? false;
}

/** A kernel as it behaves: its published type knows neither tensors as operands nor promises and handles as results. */
type Callable = (...operands: readonly Operand[]) => unknown;

/** Runs a kernel: gives numbers, or where it computes `pipeline`, a tensor that stays there; a promise on webgpu. */
export function callKernel<Result>(shortcut: IKernelRunShortcut, operands: readonly Operand[]): Result {
  return (shortcut as Callable)(...operands) as Result;
}

/** A pipeline, and what it says of its runs. */
export interface Pipeline {
  run(given: readonly Float32Array[]): Promise<readonly Nested[]>;
  /** The mode that it ran in; null before the first run. */
  readonly backend: string | null;
  /** `generic` where it ran kernel by kernel. */
  readonly executorKind: string;
  readonly fallbackReason: string | null;
  destroy(): Promise<void>;
}

/** A pipeline of `count` arguments; `layOut` calls kernels on handles, once, and returns those of the results. */
export function createPipeline(
  gpu: GPU,
  count: number,
  layOut: (given: readonly Operand[]) => readonly Operand[],
): Pipeline {
  const traced = (...given: readonly Operand[]) => layOut(given);
  // gpu.js asks the function how many arguments it has.
  Object.defineProperty(traced, 'length', { value: count });
  const made = gpu.createPipeline(traced);
  return {
    run: async (given) => {
      const results: unknown = await made(...given);
      if (Array.isArray(results) && results.every(isNested)) return results;
      throw new VardropError(
        'VARDROP_BACKEND',
        '[gpujs] pipeline: got results that are not arrays of numbers, needs those of gpu.js 2.24.1 or later. Install that.',
      );
    },
    get backend() {
      return made.backend;
    },
    get executorKind() {
      return made.executorKind;
    },
    get fallbackReason() {
      return made.fallbackReason;
    },
    destroy: () => made.destroy(),
  };
}

function isNested(value: unknown): value is Nested {
  return value instanceof Float32Array || (Array.isArray(value) && isNested(value[0]));
}

/** How wide and high a texture may be, in mode `webgl2`. */
export function largestTexture(gpu: GPU): number {
  return gpu.Kernel.features.maxTextureSize;
}

/** Where a kernel runs, in mode `webgpu`, once it has run. */
export function deviceContext<Context>(shortcut: IKernelRunShortcut): Context {
  return kernelBehind(shortcut).context as Context;
}
