import { type Backend, VardropError } from '@vardrop/core';
import { checkBoolean, checkOptionNames } from '@vardrop/core/backend';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { createBackend } from './backend.js';
import type { OnnxBackendOptions } from './onnxBackendOptions.js';
import type { Parts } from './parts.js';
import { isNode, loadRuntime } from './start/loadRuntime.js';
import { createWorkerBackend } from './worker/createWorkerBackend.js';

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

/** `createOnnxBackend` of an entry point of this package, with what that can load. */
export async function openBackend(parts: Parts, options: OnnxBackendOptions): Promise<Backend<OrtTensor>> {
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
    return createWorkerBackend(parts, { device: options.device ?? parts.defaultDevice, threads, session, wasmPaths });
  }
  const device = options.device ?? (ort?.env.versions.node ? 'native' : parts.defaultDevice);
  const runtime = await loadRuntime({ parts, device, threads, ort, wasmPaths, gpu });
  return createBackend({ ...runtime, sessionOptions: { ...runtime.sessionOptions, ...session } });
}
