import type { GPU, IGPUKernelSettings, IKernelRunShortcut } from 'gpu.js';
import type { GpujsMode } from '../gpujs/mode.js';
import type { Placer } from '../memory/placer.js';
import type { TrafficCounter } from '../memory/traffic.js';
import type { WebgpuDevice } from './webgpuDevice.js';

/** A running gpu.js in one mode. */
export interface Runtime {
  readonly mode: GpujsMode;
  readonly gpu: GPU;
  /** Where noise is made. */
  readonly noise: 'host' | 'device';
  /** In mode `webgpu`. */
  readonly device?: WebgpuDevice;
  /** In mode `webgl2`: how wide and high a texture may be. */
  readonly textureSide?: number;
  /** Turns of loops that a thread is known to make; infinite on a processor. */
  readonly mostTurns: number;
  readonly traffic: TrafficCounter;
  /** For modes of a graphics card. */
  readonly placer: Placer;
  /** To be called after kernels have been destroyed. */
  readonly keepVertices: () => void;
  createKernel(source: string, settings: IGPUKernelSettings): IKernelRunShortcut;
}
