import { VardropError } from '@vardrop/core';
import type { GPU } from 'gpu.js';
import { checkMode } from '../gpujs/checkMode.js';
import { callKernel, deviceContext } from '../gpujs/internals.js';

/** The WebGPU device that gpu.js computes on; all backends of one page or process share it. */
export interface WebgpuDevice {
  /** Whether it is a graphics card rather than software. */
  readonly hardware: boolean;
  /** Most bytes of one tensor. */
  readonly tensorBytes: number;
  /** Most workgroups in one direction. */
  readonly groups: number;
  /** Whether it is known to be lost. */
  isLost(): boolean;
  /** Whether it is lost, or becomes known to be lost within a moment; to be called after a failure. */
  becomesLost(): Promise<boolean>;
  /** The first error that it has reported since the backend was created: gpu.js only logs it, and returns zeros. */
  refused(): string | undefined;
}

/** The part of WebGPU's device that is used here. */
interface Device {
  readonly lost: Promise<unknown>;
  readonly limits: {
    readonly maxStorageBufferBindingSize: number;
    readonly maxBufferSize: number;
    readonly maxComputeWorkgroupsPerDimension: number;
  };
  addEventListener(type: 'uncapturederror', listener: (event: { readonly error: { message: string } }) => void): void;
}

/** The context of a kernel of gpu.js that has run. */
interface Context {
  readonly adapter: {
    readonly info?: { readonly isFallbackAdapter?: boolean };
    readonly isFallbackAdapter?: boolean;
  };
  readonly device: Device;
  readonly isLost: boolean;
}

/** How long news of a lost device may take after the first failure, in milliseconds. */
const patience = 100;

/**
 * Opens the device by a first kernel. Rejects with `VARDROP_UNKNOWN_DEVICE` if it fails, and with `VARDROP_DEGRADED` if
 * it ran elsewhere.
 */
export async function openWebgpuDevice(gpu: GPU): Promise<WebgpuDevice> {
  const kernel = gpu.createKernel('function kernel() { return 1.5; }', { output: [1], precision: 'single' });
  try {
    const [made] = await callKernel<Promise<Float32Array>>(kernel, []);
    if (made !== 1.5) throw new Error(`a kernel that returns 1.5 returned ${made}`);
  } catch (error) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[gpujs] mode: got "webgpu" where WebGPU does not run ("${error instanceof Error ? error.message : String(error)}"), needs a device. Use mode "webgl2" or "webasm".`,
      { cause: error },
    );
  }
  checkMode({ mode: 'webgpu' }, '[gpujs:webgpu] create', kernel);
  const context = deviceContext<Context>(kernel);
  kernel.destroy();
  const { adapter, device } = context;
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = device.limits;
  let refused: string | undefined;
  device.addEventListener('uncapturederror', ({ error }) => {
    refused ??= error.message.replace(/\s+/g, ' ').trim();
  });
  return {
    hardware: !(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false),
    tensorBytes: Math.min(maxStorageBufferBindingSize, maxBufferSize),
    groups: maxComputeWorkgroupsPerDimension,
    isLost: () => context.isLost,
    becomesLost: () =>
      Promise.race([
        device.lost.then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, patience, false)),
      ]),
    refused: () => refused,
  };
}
