import { VardropError } from '@vardrop/core';
import type { GPU } from 'gpu.js';

/** gpu.js's class. */
export type GpuClass = typeof GPU;

/** Globals that gpu.js sets in a page: the first is WebGPU's own, and would no longer be. */
const claimed = ['GPU', 'glWiretap'];

/** The class of gpu.js, which leaves the app's globals as they were. Throws `VARDROP_MISSING_PEER`. */
export async function importGpu(): Promise<GpuClass> {
  const before = claimed.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  try {
    const loaded = (requireWithoutWorker('gpu.js') ?? (await import('gpu.js'))) as {
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
  } finally {
    claimed.forEach((name, i) => {
      const own = before[i];
      if (own) Object.defineProperty(globalThis, name, own);
      else Reflect.deleteProperty(globalThis, name);
    });
  }
}

/**
 * Loads a package in a Node that has a global `Worker`, as other libraries put there: gpu.js, which looks only when it is
 * loaded, would take it for a browser's, and fail with its first threads. Undefined everywhere else, and where it cannot be
 * loaded in this way.
 */
function requireWithoutWorker(name: string): unknown {
  const { process } = globalThis as {
    readonly process?: {
      getBuiltinModule?(id: 'node:module'): { createRequire(from: string): (name: string) => unknown };
    };
  };
  const worker = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  const module = worker?.configurable ? process?.getBuiltinModule?.('node:module') : undefined;
  if (!worker || !module) return undefined;
  // Nothing else runs before it is back.
  Reflect.deleteProperty(globalThis, 'Worker');
  try {
    return module.createRequire(import.meta.url)(name);
  } catch {
    return undefined;
  } finally {
    Object.defineProperty(globalThis, 'Worker', worker);
  }
}
