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
 * Throws `VARDROP_UNKNOWN_DEVICE` for an unknown mode, or one that this machine lacks; `VARDROP_OPTION` for noise that
 * the mode cannot make; `VARDROP_MISSING_PEER` without the package.
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
  checkSupport(Gpu, mode);
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

/** For each mode that not every machine has: the flag of gpu.js's class, what is missing without it, and the remedy. */
const requirements = {
  webasm: {
    flag: 'isWebAssemblySupported',
    missing: 'WebAssembly',
    needs: 'an engine that has it. Use mode "cpu".',
  },
  webgl2: { flag: 'isWebGL2Supported', missing: 'WebGL 2', needs: 'a browser that has it. Use mode "webasm".' },
  webgpu: {
    flag: 'isWebGPUSupported',
    missing: 'WebGPU',
    needs: 'a page, or a program, with `navigator.gpu`. Use mode "webgl2" or "webasm".',
  },
} as const;

function checkSupport(Gpu: GpuClass, mode: GpujsMode): void {
  if (mode === 'cpu') return;
  const { flag, missing, needs } = requirements[mode];
  if (Gpu[flag]) return;
  throw new VardropError(
    'VARDROP_UNKNOWN_DEVICE',
    `[gpujs] mode: got "${mode}" where there is no ${missing}, needs ${needs}`,
  );
}
