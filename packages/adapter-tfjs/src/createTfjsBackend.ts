import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Backend } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import { createBackend } from './backend.js';
import type { Tfjs } from './device/device.js';
import type { ProfiledStep } from './run/steps.js';
import { loadDevice, type TfjsDevice, type WasmPaths } from './start/loadDevice.js';

/** Options of `createTfjsBackend`. */
export interface TfjsBackendOptions {
  /** The app's own tfjs; imported where left out. */
  readonly tf?: Tfjs;
  /** Where tfjs computes. */
  readonly device: TfjsDevice;
  /**
   * Device `wasm`: where its .wasm files lie, for pages whose bundler does not serve them where tfjs looks. Counts at the
   * first start; `setWasmPaths` of tfjs does the same.
   */
  readonly wasmPaths?: WasmPaths;
  /** Called after each step of every run, to see where time goes. */
  readonly profile?: (step: ProfiledStep) => void;
}

const optionNames = { device: true, tf: true, wasmPaths: true, profile: true } as const;

/**
 * A backend on TensorFlow.js, named after its device: `tfjs:cpu`, `tfjs:wasm`, `tfjs:webgl`, `tfjs:webgpu`. The app's active tfjs backend stays what it is. `native`
 * gives a `tf.Tensor` that the handle owns; `wrap` takes one of dtype float32 in, and moves its data where it lies on
 * another tfjs backend. Runs are synchronous on cpu and wasm. `close` leaves tfjs itself running; where the app removes its
 * backend, uses throw `VARDROP_DEVICE_LOST`.
 *
 * Rejects with `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER` (saying which package to install), `VARDROP_BACKEND`, or
 * `VARDROP_OPTION` for unknown options and for `wasmPaths` that tfjs refuses.
 */
export async function createTfjsBackend(options: TfjsBackendOptions): Promise<Backend<TfTensor>> {
  // JavaScript lets callers leave them out; loadDevice then says what to choose from.
  if (options) checkOptionNames('createTfjsBackend', options, optionNames, { backend: 'Write device: ….' });
  const { tf, device, wasmPaths, profile }: Partial<TfjsBackendOptions> = options ?? {};
  return createBackend(await loadDevice(device, tf, wasmPaths), { profile, fuse: true });
}
