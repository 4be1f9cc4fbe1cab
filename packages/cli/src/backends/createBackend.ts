import { availableParallelism } from 'node:os';
import type { GpujsMode } from '@vardrop/adapter-gpujs';
import type { OnnxDevice } from '@vardrop/adapter-onnx';
import type { TfjsDevice } from '@vardrop/adapter-tfjs';
import { type Backend, VardropError } from '@vardrop/core';
import { createReferenceBackend } from '@vardrop/core/reference';
import { type BackendName, backends } from '../choices.js';
import { startWebgpu } from './startWebgpu.js';

/**
 * Starts the backend of a command. Adapters are imported on demand, since they load their frameworks.
 *
 * @param options `worker`: whether a backend that blocks its thread gets a worker, so that the progress bar and Ctrl-C work. Default: true.
 * @throws VardropError `VARDROP_UNKNOWN_BACKEND`, or what the adapter throws.
 */
export async function createBackend(
  name: BackendName,
  { worker = true }: { readonly worker?: boolean } = {},
): Promise<Backend> {
  switch (name) {
    case 'reference':
      return createReferenceBackend();
    case 'wasm': {
      const { createWasmBackend } = await import('@vardrop/adapter-wasm');
      return createWasmBackend();
    }
    case 'tfjs:wasm':
    case 'tfjs:cpu':
    case 'tfjs:webgpu': {
      if (name === 'tfjs:webgpu') await startWebgpu();
      const { createTfjsBackend } = await import('@vardrop/adapter-tfjs');
      const backend = await createTfjsBackend({ device: deviceOf<TfjsDevice>(name) });
      // Silences tfjs after its start: on the cpu device it would advertise a package in the middle of the progress bar. Its
      // production mode silences warnings only.
      (await import('@tensorflow/tfjs')).enableProdMode();
      return backend;
    }
    case 'onnx:wasm':
    case 'onnx:native':
    case 'onnx:webgpu': {
      const { createOnnxBackend } = await import('@vardrop/adapter-onnx');
      return createOnnxBackend({
        device: deviceOf<OnnxDevice>(name),
        threads: availableParallelism(),
        // On a GPU the runtime may not be used by two threads at once.
        worker: worker && name !== 'onnx:webgpu',
      });
    }
    case 'gpujs:webasm':
    case 'gpujs:cpu':
    case 'gpujs:webgpu': {
      if (name === 'gpujs:webgpu') await startWebgpu();
      const { createGpujsBackend } = await import('@vardrop/adapter-gpujs');
      return createGpujsBackend({ mode: deviceOf<GpujsMode>(name) });
    }
    default: {
      const unknown: never = name;
      throw new VardropError(
        'VARDROP_UNKNOWN_BACKEND',
        `[vardrop] --backend: got ${JSON.stringify(unknown)}, needs one of ${backends.join(', ')}.`,
      );
    }
  }
}

/** The device in a name such as `tfjs:wasm`. */
const deviceOf = <Device extends string>(name: `${string}:${Device}`): Device => name.split(':')[1] as Device;
