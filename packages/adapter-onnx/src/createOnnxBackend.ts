import { type Backend, VardropError } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { createBackend } from './backend.js';
import { loadRuntime, type OnnxDevice, type Ort, type SessionOptions } from './loadRuntime.js';
import { createWorkerBackend } from './worker/createWorkerBackend.js';

/** Options of `createOnnxBackend`. */
export interface OnnxBackendOptions {
  /** The app's own `onnxruntime-web` or `onnxruntime-node`; imported where left out. */
  readonly ort?: Ort;
  /** Where it computes; where left out, `native` if `ort` is onnxruntime-node, else `wasm`. */
  readonly device?: OnnxDevice;
  /** Threads of a run, 1 where left out. On wasm they are fixed by the first backend of a copy of the runtime. */
  readonly threads?: number;
  /** Further options of the runtime's sessions, such as `enableProfiling`. */
  readonly session?: SessionOptions;
  /**
   * Whether the runtime works in a worker (a thread of Node, a module Web Worker): a run blocks the thread that it is in,
   * and the caller's is free for a progress bar or a page. The worker imports the runtime itself, so no `ort` is taken;
   * `native` and `wrap` copy. `close` ends the worker.
   */
  readonly worker?: boolean;
}

/**
 * A backend on ONNX Runtime, named `onnx:wasm` or `onnx:native`: each program becomes one model, run by one call of
 * `session.run`. `native` gives an `ort.Tensor` in JavaScript's memory, not to be written to; `wrap` takes one of float32 in.
 *
 * Rejects with `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER` (saying which package to install) or `VARDROP_OPTION`.
 */
export async function createOnnxBackend(options: OnnxBackendOptions = {}): Promise<Backend<OrtTensor>> {
  const { ort, threads = 1, session, worker = false } = options;
  if (worker) {
    if (ort) {
      throw new VardropError(
        'VARDROP_OPTION',
        '[onnx] ort: got a module beside `worker`, which imports its own, needs one of the two. Leave `ort` out.',
      );
    }
    return createWorkerBackend({ device: options.device ?? 'wasm', threads, session });
  }
  const device = options.device ?? (ort?.env.versions.node ? 'native' : 'wasm');
  const runtime = await loadRuntime(device, threads, ort);
  return createBackend({ ...runtime, sessionOptions: { ...runtime.sessionOptions, ...session } });
}
