/** The part of ONNX Runtime's modules that is used here: `onnxruntime-web` and `onnxruntime-node` both have it. */
export type Ort = Pick<typeof import('onnxruntime-web'), 'InferenceSession' | 'Tensor' | 'env'>;

/** A session of either. */
export type Session = import('onnxruntime-web').InferenceSession;

/** What sessions are made with. */
export type SessionOptions = import('onnxruntime-web').InferenceSession.SessionOptions;

/**
 * Where ONNX Runtime computes: in WebAssembly (`onnxruntime-web`), on the machine (`onnxruntime-node`), or on a GPU by
 * WebGPU (in a page `onnxruntime-web/webgpu`, in Node `onnxruntime-node`).
 */
export type OnnxDevice = 'wasm' | 'native' | 'webgpu';

/** Where the runtime's `.wasm` and `.mjs` files are: a folder, or each of the two. Absolute addresses. */
export type WasmPaths = string | { readonly wasm?: string; readonly mjs?: string };
