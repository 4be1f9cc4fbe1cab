import { VardropError } from '@vardrop/core';
import type { GPU } from 'gpu.js';
import { checkMode } from '../gpujs/checkMode.js';
import { callKernel, deviceContext } from '../gpujs/internals.js';

/** The WebGPU device that gpu.js computes on; all backends of one page or process share it. */
export interface WebgpuDevice {
  /** Whether there is a graphics card behind it, rather than software in its place. */
  readonly hardware: boolean;
  /** Bytes that one tensor may have. */
  readonly tensorBytes: number;
  /** Groups of threads in one direction. */
  readonly groups: number;
  /** Whether it was taken away, as far as is known by now. */
  isLost(): boolean;
  /** Whether it was taken away, for calls after something has failed: losing it may become known a moment later. */
  becomesLost(): Promise<boolean>;
  /** What it first refused to do since the backend was created, if anything: gpu.js only logs that, and hands out zeros. */
  refused(): string | undefined;
}

/** What of WebGPU's device is used here. */
interface Device {
  readonly lost: Promise<unknown>;
  readonly limits: {
    readonly maxStorageBufferBindingSize: number;
    readonly maxBufferSize: number;
    readonly maxComputeWorkgroupsPerDimension: number;
  };
  addEventListener(type: 'uncapturederror', listener: (event: { readonly error: { message: string } }) => void): void;
}

/** What a kernel of gpu.js knows of where it runs. */
interface Context {
  readonly adapter: {
    readonly info?: { readonly isFallbackAdapter?: boolean };
    readonly isFallbackAdapter?: boolean;
  };
  readonly device: Device;
  readonly isLost: boolean;
}

/** How long news of a lost device may take after the first sign of it. */
const patience = 100;

/** Has gpu.js compute something. Rejects with `VARDROP_UNKNOWN_DEVICE` where it cannot, `VARDROP_DEGRADED` where it does elsewhere. */
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
