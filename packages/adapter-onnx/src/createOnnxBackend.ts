import type { Backend } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { createBackend } from './backend.js';
import { loadRuntime, type OnnxDevice, type Ort, type SessionOptions } from './loadRuntime.js';

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
}

/**
 * A backend on ONNX Runtime, named `onnx:wasm` or `onnx:native`: each program becomes one model, run by one call of
 * `session.run`. `native` gives an `ort.Tensor` in JavaScript's memory, not to be written to; `wrap` takes one of float32 in.
 *
 * Rejects with `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER` (saying which package to install) or `VARDROP_OPTION`.
 */
export async function createOnnxBackend(options: OnnxBackendOptions = {}): Promise<Backend<OrtTensor>> {
  const { ort, threads = 1, session } = options;
  const device = options.device ?? (ort?.env.versions.node ? 'native' : 'wasm');
  const runtime = await loadRuntime(device, threads, ort);
  return createBackend({ ...runtime, sessionOptions: { ...runtime.sessionOptions, ...session } });
}
