import { type Backend, VardropError } from '@vardrop/core';
import { checkBoolean, checkOptionNames } from '@vardrop/core/backend';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { createBackend } from './backend.js';
import type { OnnxDevice, Ort, SessionOptions, WasmPaths } from './ort.js';
import { isNode, loadRuntime } from './start/loadRuntime.js';
import { createWorkerBackend } from './worker/createWorkerBackend.js';

/** Options of `createOnnxBackend`. */
export interface OnnxBackendOptions {
  /** The app's own `onnxruntime-web` (for `webgpu`, `onnxruntime-web/webgpu`) or `onnxruntime-node`; imported where left out. */
  readonly ort?: Ort;
  /** Where it computes; where left out, `native` if `ort` is onnxruntime-node, else `wasm`. */
  readonly device?: OnnxDevice;
  /** Threads of a run, 1 where left out. In WebAssembly they are fixed by the first backend of a copy of the runtime. */
  readonly threads?: number;
  /**
   * Where onnxruntime-web's `.wasm` and `.mjs` files are, if not beside its script: a folder, or the two files.
   * Absolute addresses.
   */
  readonly wasmPaths?: WasmPaths;
  /**
   * For `webgpu` in a page: the app's own GPU, to share tensors with it; it stays open. Where left out, the backend has
   * its own.
   */
  readonly gpu?: GPUDevice;
  /** Further options of the runtime's sessions, such as `enableProfiling`. */
  readonly session?: SessionOptions;
  /**
   * Whether the runtime works in a worker (a thread of Node, a module Web Worker): a run blocks the thread that it is in,
   * and the caller's is free for a progress bar or a page. The worker imports the runtime itself, so no `ort` is taken;
   * `native` and `wrap` copy. `close` ends the worker. Not with `webgpu` in Node, where two threads on the GPU crash the runtime.
   */
  readonly worker?: boolean;
}

const optionNames = {
  device: true,
  ort: true,
  threads: true,
  wasmPaths: true,
  gpu: true,
  session: true,
  worker: true,
} as const;

/** What to write instead of the runtime's own options. */
const elsewhere = {
  executionProviders: "Write device: 'wasm', 'native' or 'webgpu'.",
  numThreads: 'Write threads: ….',
  backend: 'Write device: ….',
};

/**
 * A backend on ONNX Runtime, named `onnx:wasm`, `onnx:native` or `onnx:webgpu`: each program becomes one model, run by
 * one call of `session.run`. `native` gives an `ort.Tensor`, which must not be written to; `wrap` takes one of float32.
 * They are in JavaScript's memory, or for `webgpu` in a page in the GPU's, where parameters and optimizer state stay
 * from step to step.
 *
 * Rejects with `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER` (saying which package to install) or `VARDROP_OPTION`,
 * also for unknown options.
 */
export async function createOnnxBackend(options: OnnxBackendOptions = {}): Promise<Backend<OrtTensor>> {
  checkOptionNames('createOnnxBackend', options, optionNames, elsewhere);
  const { ort, threads = 1, session, wasmPaths, gpu, worker = false } = options;
  checkBoolean('[createOnnxBackend] worker', worker);
  if (worker) {
    for (const [name, given] of Object.entries({ ort, gpu })) {
      if (given === undefined) continue;
      throw new VardropError(
        'VARDROP_OPTION',
        `[onnx] ${name}: got one beside \`worker\`, which has its own, needs one of the two. Leave \`${name}\` out.`,
      );
    }
    if (options.device === 'webgpu' && isNode()) {
      throw new VardropError(
        'VARDROP_OPTION',
        '[onnx:webgpu] worker: got true in Node, where two threads that use the GPU at once crash the runtime, and the process with it, needs false. Leave `worker` out.',
      );
    }
    return createWorkerBackend({ device: options.device ?? 'wasm', threads, session, wasmPaths });
  }
  const device = options.device ?? (ort?.env.versions.node ? 'native' : 'wasm');
  const runtime = await loadRuntime({ device, threads, ort, wasmPaths, gpu });
  return createBackend({ ...runtime, sessionOptions: { ...runtime.sessionOptions, ...session } });
}
