import { VardropError } from '@vardrop/core';
import { waitUntil } from '@vardrop/core/backend';
import type { GPU, IKernelRunShortcut } from 'gpu.js';
import type { Nested } from './nested.js';

/** What gpu.js can do beyond its published types. All casts that this needs are in this file. */

/** A tensor in gpu.js's memory: a texture, or a buffer of WebGPU. */
export interface Resident {
  /** Threads in x, y, z of the kernel that wrote it. */
  readonly output: readonly number[];
  toArray(): Nested | Promise<Nested>;
  /** Frees it, or one of its references. */
  delete(): void;
}

/** What kernels read. While a pipeline is laid out, it is a handle without members. */
export type Operand = Float32Array | Resident | object;

/** The kernel behind the function that runs it. */
export interface KernelInternals {
  readonly constructor: { readonly mode: string };
  /** Why another mode took over. */
  readonly fallbackReason?: string | null;
  /** In mode `webgpu`, after the first run: its adapter and device. */
  readonly context?: unknown;
  /** On webasm: turns the numbers of a result into what the caller gets. */
  _shapeOutput?: (values: Float32Array) => Nested;
}

/** The kernel that a shortcut runs. Throws `VARDROP_BACKEND` if its mode cannot be read. */
export function kernelBehind(shortcut: IKernelRunShortcut): KernelInternals {
  const kernel: unknown = shortcut.kernel;
  if (isKernel(kernel)) return kernel;
  throw new VardropError(
    'VARDROP_BACKEND',
    '[gpujs] kernel: got one without a mode, needs one of gpu.js 2.24.1 or later. Install that.',
  );
}

function isKernel(value: unknown): value is KernelInternals {
  if (typeof value !== 'object' || value === null) return false;
  const made = value.constructor;
  return 'mode' in made && typeof made.mode === 'string';
}

/** Destroys a kernel, and removes it from gpu.js's list, where destroyed kernels of mode cpu would stay. */
export function destroyKernel(gpu: GPU, shortcut: IKernelRunShortcut): void {
  const kernels = listed(gpu);
  const { kernel } = shortcut;
  shortcut.destroy();
  const at = kernels.indexOf(kernel);
  if (at >= 0) kernels.splice(at, 1);
}

/** All kernels that exist, including those that pipelines have made. */
export function kernelsOf(gpu: GPU): readonly KernelInternals[] {
  return listed(gpu).filter(isKernel);
}

/** gpu.js's list of kernels; empty if this version keeps none. */
function listed(gpu: GPU): unknown[] {
  return 'kernels' in gpu && Array.isArray(gpu.kernels) ? gpu.kernels : [];
}

/** Whether the WebGL context is lost; false in modes without one. */
export function isContextLost(gpu: GPU): boolean {
  const context: { isContextLost?(): boolean } | null | undefined = gpu.context;
  return context?.isContextLost?.() ?? false;
}

/** Resolves once a WebGL context has done all its work, without blocking the page. Resolves at once in modes without one. */
export async function finishWork(gpu: GPU): Promise<void> {
  const gl: unknown = gpu.context;
  if (typeof WebGL2RenderingContext === 'undefined' || !(gl instanceof WebGL2RenderingContext)) return;
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (!fence) return;
  gl.flush();
  await waitUntil(() => gl.clientWaitSync(fence, 0, 0) !== gl.TIMEOUT_EXPIRED);
  gl.deleteSync(fence);
}

/** A kernel as it can be called: its published type lacks tensors as operands, and promises and handles as results. */
type Callable = (...operands: readonly Operand[]) => unknown;

/**
 * Runs a kernel. Returns numbers, or a tensor if the kernel was made with `pipeline: true`; on webgpu a promise of
 * either.
 */
export function callKernel<Result>(shortcut: IKernelRunShortcut, operands: readonly Operand[]): Result {
  return (shortcut as Callable)(...operands) as Result;
}

/** A pipeline, and how it ran. */
export interface Pipeline {
  run(given: readonly Float32Array[]): Promise<readonly Nested[]>;
  /** The mode that it ran in; null before the first run. */
  readonly backend: string | null;
  /** `generic` where it ran kernel by kernel. */
  readonly executorKind: string;
  readonly fallbackReason: string | null;
  destroy(): Promise<void>;
}

/**
 * A pipeline of `count` arguments. gpu.js calls `layOut` once with handles; it calls kernels on them, and returns the
 * results' handles.
 */
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

/** Largest width and height of a texture, in mode `webgl2`. */
export function largestTexture(gpu: GPU): number {
  return gpu.Kernel.features.maxTextureSize;
}

/** The adapter and device of a kernel, in mode `webgpu`, after its first run. */
export function deviceContext<Context>(shortcut: IKernelRunShortcut): Context {
  return kernelBehind(shortcut).context as Context;
}
