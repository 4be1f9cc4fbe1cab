import { VardropError } from '@vardrop/core';
import type { GPU } from 'gpu.js';

/** gpu.js's class. */
export type GpuClass = typeof GPU;

/** Globals that gpu.js overwrites in a page; `GPU` is one of WebGPU's own. */
const claimed = ['GPU', 'glWiretap'];

/** Imports gpu.js's class, and restores the app's globals. Throws `VARDROP_MISSING_PEER`. */
export async function importGpu(): Promise<GpuClass> {
  const before = claimed.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  try {
    const loaded = (requireWithoutWorker('gpu.js') ?? (await import('gpu.js'))) as {
      readonly GPU?: GpuClass;
      readonly default?: { readonly GPU: GpuClass };
    };
    // A CommonJS package: its exports arrive as the module's own or as those of its default.
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
 * Loads a package while a global `Worker` of Node's is hidden. Other libraries set this global, and gpu.js, which looks
 * at it only while it is loaded, would take it for a browser's and fail when it starts threads. Returns undefined where
 * there is no such global, or the package cannot be loaded in this way.
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
  // No other code runs before the global is restored.
  Reflect.deleteProperty(globalThis, 'Worker');
  try {
    return module.createRequire(import.meta.url)(name);
  } catch {
    return undefined;
  } finally {
    Object.defineProperty(globalThis, 'Worker', worker);
  }
}
