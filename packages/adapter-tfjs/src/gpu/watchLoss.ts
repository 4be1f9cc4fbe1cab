import type { KernelBackend } from '@tensorflow/tfjs';

/** Whether a graphics card, or the process that drives it, is gone, or has refused to do something. */
export interface Loss {
  /** What was lost; undefined while all is well. */
  found(): string | undefined;
  /** What it refused to do since this was asked last; its results are zeros. */
  takeErrors(): readonly string[];
  /** Resolves when it is lost, and never otherwise. */
  readonly happens: Promise<string>;
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

/** Watches the context or device of a tfjs backend; backends without one lose nothing. */
export function watchLoss(name: string, host: KernelBackend): Loss {
  let lost: string | undefined;
  if (name === 'webgl') {
    const { gl } = (host as unknown as WebglHost).gpgpu;
    const what = 'a lost WebGL context';
    return {
      takeErrors: () => [],
      found: () => (gl.isContextLost() ? what : undefined),
      happens: new Promise((resolve) => {
        gl.canvas.addEventListener('webglcontextlost', () => resolve(what), { once: true });
      }),
    };
  }
  if (name === 'webgpu') {
    const { device } = host as unknown as WebgpuHost;
    let errors: string[] = [];
    device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message.split('\n')[0]));
    const happens = device.lost.then(({ message }) => {
      lost = `a lost WebGPU device${message ? ` (${message.split('\n')[0]})` : ''}`;
      return lost;
    });
    return {
      found: () => lost,
      takeErrors() {
        const taken = errors;
        errors = [];
        return taken;
      },
      happens,
    };
  }
  return { found: () => undefined, takeErrors: () => [], happens: new Promise(() => {}) };
}
