import type { KernelBackend } from '@tensorflow/tfjs';
import { onDispose } from './onDispose.js';

/** Whether a graphics card, its driver process or tfjs's backend is lost, and what the card has refused to do. */
export interface Loss {
  /** What was lost; undefined if nothing is lost. */
  found(): string | undefined;
  /** Whether tfjs has disposed of its backend because the app removed it. The backend is then unusable. */
  removed(): boolean;
  /** What the card has refused to do since the last call. The results of refused work are zeros. */
  takeErrors(): readonly string[];
  /** Calls `listener` with what is lost when that happens. Call the returned function to stop listening. */
  listen(listener: (what: string) => void): () => void;
}

/** The part of tfjs's webgl backend that holds its context. */
export interface WebglHost {
  readonly gpgpu: { readonly gl: WebGL2RenderingContext };
}

interface WebgpuHost {
  readonly device: {
    readonly lost: Promise<{ readonly message: string }>;
    addEventListener(type: 'uncapturederror', listener: (event: { readonly error: { message: string } }) => void): void;
  };
}

/** Watches a tfjs backend, and its context or device where it has one. */
export function watchLoss(name: string, host: KernelBackend): Loss {
  const listeners = new Set<(what: string) => void>();
  let lost: string | undefined;
  let removed = false;
  let errors: string[] = [];
  const lose = (what: string) => {
    lost ??= what;
    for (const listener of listeners) listener(what);
    listeners.clear();
  };
  const common: Loss = {
    found: () => lost,
    removed: () => removed,
    takeErrors() {
      const taken = errors;
      errors = [];
      return taken;
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  onDispose(host, () => {
    removed = true;
    lose('a backend that was removed from tfjs');
  });
  if (name === 'webgl') {
    const { gl } = (host as unknown as WebglHost).gpgpu;
    const what = 'a lost WebGL context';
    gl.canvas.addEventListener('webglcontextlost', () => lose(what), { once: true });
    // The event comes a moment after the loss.
    return { ...common, found: () => lost ?? (gl.isContextLost() ? what : undefined) };
  }
  if (name === 'webgpu') {
    const { device } = host as unknown as WebgpuHost;
    device.addEventListener('uncapturederror', ({ error }) => errors.push(firstLine(error.message)));
    void device.lost.then(({ message }) => lose(`a lost WebGPU device${message ? ` (${firstLine(message)})` : ''}`));
  }
  return common;
}

const firstLine = (text: string) => text.split('\n')[0];
