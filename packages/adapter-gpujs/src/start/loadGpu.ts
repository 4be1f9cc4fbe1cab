import { VardropError } from '@vardrop/core';
import { type GpuClass, importGpu } from '../gpujs/importGpu.js';
import { largestTexture } from '../gpujs/internals.js';
import { type GpujsMode, isCard, modes } from '../gpujs/mode.js';
import { createPlacer } from '../memory/placer.js';
import { createTrafficCounter } from '../memory/traffic.js';
import { countTurns } from './countTurns.js';
import type { Runtime } from './runtime.js';
import { createVertexKeeper } from './vertices.js';
import { openWebgpuDevice } from './webgpuDevice.js';

/**
 * Starts gpu.js in a mode.
 *
 * Throws `VARDROP_UNKNOWN_DEVICE` for a mode that there is not, or that this machine lacks; `VARDROP_OPTION` for noise
 * that the mode cannot make; `VARDROP_MISSING_PEER` without the package.
 */
export async function loadGpu(
  mode: GpujsMode | undefined,
  given?: GpuClass,
  noise?: Runtime['noise'],
): Promise<Runtime> {
  if (mode === undefined || !modes.includes(mode)) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[gpujs] mode: got ${JSON.stringify(mode) ?? 'none'}, needs one of ${modes.join(', ')}. Choose one of them.`,
    );
  }
  if (noise !== undefined && noise !== 'host' && (noise !== 'device' || mode === 'cpu')) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[gpujs:${mode}] noise: got ${JSON.stringify(noise)}, needs "host"${mode === 'cpu' ? '' : ' or "device"'}. Leave it out for the faster one.`,
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
  const traffic = createTrafficCounter();
  const keepVertices = mode === 'webgl2' ? createVertexKeeper(gpu) : () => undefined;
  return {
    mode,
    gpu,
    // Measured: elsewhere the host's generator is faster, copies included.
    noise: noise ?? (device?.hardware ? 'device' : 'host'),
    ...(device ? { device } : {}),
    ...(mode === 'webgl2' ? { textureSide: largestTexture(gpu) } : {}),
    mostTurns: isCard(mode) ? await countTurns(gpu, mode) : Number.POSITIVE_INFINITY,
    traffic,
    placer: createPlacer(gpu, traffic, keepVertices),
    keepVertices,
    createKernel: (source, settings) => gpu.createKernel(source, settings),
  };
}
