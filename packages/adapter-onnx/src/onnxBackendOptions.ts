import type { OnnxDevice, Ort, SessionOptions, WasmPaths } from './ort.js';

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
