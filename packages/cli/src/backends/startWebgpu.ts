import { availableParallelism } from 'node:os';
import { VardropError } from '@vardrop/core';

/** What the package `webgpu` exports: Dawn, the WebGPU of Chromium, for Node. */
export interface WebgpuPackage {
  create(options: readonly string[]): Gpu;
  /** Classes and constants that are global in a page. */
  readonly globals: object;
}

interface Gpu {
  requestAdapter(options?: { readonly powerPreference: 'high-performance' }): Promise<unknown>;
}

// Not a dependency because of its size. The name is in a variable, so that its types need not be installed.
const packageName = 'webgpu';

/**
 * Installs WebGPU in `navigator.gpu` and the other globals, once per process, unless it exists already. Call it before a
 * framework is loaded, since some check only then.
 *
 * @param load imports the package.
 * @throws VardropError `VARDROP_MISSING_PEER` without the package `webgpu`, or where it does not load;
 * `VARDROP_UNKNOWN_DEVICE` where it finds no graphics card.
 */
export async function startWebgpu(load: () => Promise<WebgpuPackage> = () => import(packageName)): Promise<void> {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: Gpu } };
  if (navigator?.gpu) return;
  let loaded: WebgpuPackage;
  try {
    loaded = await load();
  } catch (error) {
    throw new VardropError(
      'VARDROP_MISSING_PEER',
      `[vardrop] WebGPU: got no package webgpu that loads here (${firstLine(error)}), needs version 0.6 or later. Run \`npm install webgpu@0.6\`.`,
      { cause: error },
    );
  }
  const gpu = loaded.create([]);
  if (!(await gpu.requestAdapter({ powerPreference: 'high-performance' }))) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      '[vardrop] WebGPU: got no graphics card, needs one with a Vulkan, Metal or Direct3D 12 driver. Install the driver (on Linux libvulkan1 too), or choose a backend that needs none, such as tfjs:wasm.',
    );
  }
  Object.assign(globalThis, loaded.globals);
  // Node has a navigator from version 21 on.
  const target = navigator ?? {
    userAgent: `Node.js/${process.versions.node}`,
    hardwareConcurrency: availableParallelism(),
  };
  Object.defineProperty(target, 'gpu', { value: gpu, configurable: true });
  if (!navigator) Object.defineProperty(globalThis, 'navigator', { value: target, configurable: true });
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0];
