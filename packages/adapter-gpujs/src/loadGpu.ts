import { VardropError } from '@vardrop/core';
import type { GPU, IGPUKernelSettings, IKernelRunShortcut } from 'gpu.js';
import { openWebgpuDevice, type WebgpuDevice } from './webgpuDevice.js';

/**
 * How gpu.js computes: `webasm` in WebAssembly with SIMD and threads, `webgpu` and `webgl2` on a graphics card, `cpu` in
 * JavaScript.
 */
export const modes = ['webasm', 'webgpu', 'webgl2', 'cpu'] as const;

/** A name of {@link modes}. */
export type GpujsMode = (typeof modes)[number];

/** Whether a mode computes on a graphics card, with a graphics card's arithmetic. */
export const isCard = (mode: GpujsMode): boolean => mode === 'webgl2' || mode === 'webgpu';

/** gpu.js's class. */
export type GpuClass = typeof GPU;

/** What gpu.js's published types leave out of a kernel and of a pipeline. */
export interface BuiltKernel {
  readonly kernel: { readonly constructor: { readonly mode?: string }; readonly fallbackReason?: string | null };
}

/** A running gpu.js in one mode. */
export interface Runtime {
  readonly mode: GpujsMode;
  readonly gpu: GPU;
  /** In mode `webgpu`. */
  readonly device?: WebgpuDevice;
  createKernel(source: string, settings: IGPUKernelSettings): IKernelRunShortcut;
}

/**
 * Starts gpu.js in a mode.
 *
 * Throws `VARDROP_UNKNOWN_DEVICE` for a mode that there is not, or that this machine lacks; `VARDROP_MISSING_PEER`
 * without the package.
 */
export async function loadGpu(mode: GpujsMode, given?: GpuClass): Promise<Runtime> {
  if (!modes.includes(mode)) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[gpujs] mode: got ${JSON.stringify(mode)}, needs one of ${modes.join(', ')}. Choose one of them.`,
    );
  }
  const Gpu = given ?? (await importGpu());
  if (mode === 'webasm' && !Gpu.isWebAssemblySupported) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      '[gpujs] mode: got "webasm" where there is no WebAssembly, needs an engine that has it. Use mode "cpu".',
    );
  }
  if (mode === 'webgl2' && !Gpu.isWebGL2Supported) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      '[gpujs] mode: got "webgl2" where there is no WebGL 2, needs a browser that has it. Use mode "webasm".',
    );
  }
  if (mode === 'webgpu' && !Gpu.isWebGPUSupported) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      '[gpujs] mode: got "webgpu" where there is no WebGPU, needs a page, or a program, with `navigator.gpu`. Use mode "webgl2" or "webasm".',
    );
  }
  const gpu = new Gpu({ mode });
  const device = mode === 'webgpu' ? await openWebgpuDevice(gpu) : undefined;
  return {
    mode,
    gpu,
    ...(device ? { device } : {}),
    createKernel: (source, settings) => gpu.createKernel(source, settings),
  };
}

async function importGpu(): Promise<GpuClass> {
  try {
    const loaded = (await import('gpu.js')) as {
      readonly GPU?: GpuClass;
      readonly default?: { readonly GPU: GpuClass };
    };
    // A CommonJS package: its names arrive as those of the module or as those of its default.
    return (loaded.GPU ?? loaded.default?.GPU) as GpuClass;
  } catch (error) {
    throw new VardropError(
      'VARDROP_MISSING_PEER',
      '[gpujs] peer: got no package gpu.js, needs it installed. Run `npm install gpu.js`.',
      { cause: error },
    );
  }
}
