import type { Backend } from '@vardrop/core';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { allParts } from './allParts.js';
import type { OnnxBackendOptions } from './onnxBackendOptions.js';
import { openBackend } from './openBackend.js';

/**
 * A backend on ONNX Runtime, named `onnx:wasm`, `onnx:native` or `onnx:webgpu`: each program becomes one model, run by
 * one call of `session.run`. `native` gives an `ort.Tensor`, which must not be written to; `wrap` takes one of float32.
 * They are in JavaScript's memory, or for `webgpu` in a page in the GPU's, where parameters and optimizer state stay
 * from step to step.
 *
 * A bundle gets the files of `wasm` and of `webgpu`. `@vardrop/adapter-onnx/wasm` and `@vardrop/adapter-onnx/webgpu` export the same
 * function for one of them.
 *
 * Rejects with `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER` (saying which package to install) or `VARDROP_OPTION`,
 * also for unknown options.
 */
export async function createOnnxBackend(options: OnnxBackendOptions = {}): Promise<Backend<OrtTensor>> {
  return openBackend(allParts, options);
}
