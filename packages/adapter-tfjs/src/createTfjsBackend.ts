import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Backend } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import { createBackend } from './backend.js';
import type { Tfjs } from './device/device.js';
import type { ProfiledStep } from './run/steps.js';
import { loadDevice, type TfjsDevice, type WasmPaths } from './start/loadDevice.js';

/** Options of `createTfjsBackend`. */
export interface TfjsBackendOptions {
  /** The app's own tfjs. Imported by default. */
  readonly tf?: Tfjs;
  /** The device that tfjs computes on. */
  readonly device: TfjsDevice;
  /**
   * Device `wasm`: the location of tfjs's .wasm files, for pages whose bundler does not serve them where tfjs looks.
   * Used only at the first start. `setWasmPaths` of tfjs does the same.
   */
  readonly wasmPaths?: WasmPaths;
  /** Called after each step of every run. Use it to measure where time goes. */
  readonly profile?: (step: ProfiledStep) => void;
}

const optionNames = { device: true, tf: true, wasmPaths: true, profile: true } as const;

/**
 * Creates a backend on TensorFlow.js, named after its device: `tfjs:cpu`, `tfjs:wasm`, `tfjs:webgl`, `tfjs:webgpu`. The
 * app's active tfjs backend does not change. `native` returns a `tf.Tensor` that the handle owns. `wrap` takes a
 * `tf.Tensor` of dtype float32, and copies its data if they are on another tfjs backend. Runs are synchronous on cpu
 * and wasm. `close` does not stop tfjs itself. If the app removes its tfjs backend, later uses throw
 * `VARDROP_DEVICE_LOST`.
 *
 * Rejects with `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER` (naming the package to install), `VARDROP_BACKEND`, or
 * `VARDROP_OPTION` for unknown options and for `wasmPaths` that tfjs refuses.
 */
export async function createTfjsBackend(options: TfjsBackendOptions): Promise<Backend<TfTensor>> {
  // JavaScript callers may omit the options. loadDevice then lists the devices.
  if (options) checkOptionNames('createTfjsBackend', options, optionNames, { backend: 'Write device: ….' });
  const { tf, device, wasmPaths, profile }: Partial<TfjsBackendOptions> = options ?? {};
  return createBackend(await loadDevice(device, tf, wasmPaths), { profile, fuse: true });
}
