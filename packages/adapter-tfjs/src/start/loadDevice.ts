import type { KernelBackend } from '@tensorflow/tfjs';
import { VardropError } from '@vardrop/core';
import { createDevice, type Device, isGpu, type KernelHost, type Tfjs } from '../device/device.js';
import { countTurns } from './countTurns.js';
import { forgetHost, isRegistered, makeLastChoice, startHost } from './startHost.js';

/** The devices that `createTfjsBackend` supports, with the package that each needs beside `@tensorflow/tfjs`. */
const packages = {
  cpu: undefined,
  wasm: '@tensorflow/tfjs-backend-wasm',
  webgl: undefined,
  webgpu: '@tensorflow/tfjs-backend-webgpu',
} as const;

/**
 * The device that tfjs computes on. `wasm` needs the package `@tensorflow/tfjs-backend-wasm`, `webgpu` the package
 * `@tensorflow/tfjs-backend-webgpu`. `webgl` is WebGL 2, in browsers.
 */
export type TfjsDevice = keyof typeof packages;

/**
 * Where the page finds the .wasm files of `@tensorflow/tfjs-backend-wasm`: a folder's address that ends with a slash,
 * or the address of each file by its name.
 */
export type WasmPaths = string | Readonly<Record<`tfjs-backend-wasm${'' | '-simd' | '-threaded-simd'}.wasm`, string>>;

/** Imports a peer package. If it is missing, the error names the package to install. */
async function peer<M>(name: string, load: () => Promise<M>): Promise<M> {
  try {
    return await load();
  } catch (error) {
    throw new VardropError(
      'VARDROP_MISSING_PEER',
      `[tfjs] peer: got no package ${name}, needs it installed. Run \`npm install ${name}\`.`,
      { cause: error },
    );
  }
}

/**
 * Starts a tfjs device without changing the app's active backend (`startHost`). It sets up the kernels itself, without
 * `tf.setBackend`. A process has one tfjs backend of each name, so devices of the same name share it.
 *
 * Throws `VARDROP_UNKNOWN_DEVICE` for a device that is unknown or that this machine lacks, `VARDROP_MISSING_PEER`, or
 * `VARDROP_BACKEND` if the device does not start.
 */
export async function loadDevice(device: TfjsDevice | undefined, given?: Tfjs, wasmPaths?: WasmPaths): Promise<Device> {
  if (device === undefined || !Object.hasOwn(packages, device)) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[tfjs] device: got ${device === undefined ? 'none' : `"${String(device)}"`}, needs one of ${Object.keys(packages).join(', ')}.`,
    );
  }
  const tf = given ?? (await peer('@tensorflow/tfjs', async () => import('@tensorflow/tfjs')));
  if (device === 'webgpu') await checkWebgpu();
  const registered = isRegistered(tf, device);
  if (device === 'wasm' && (wasmPaths !== undefined || !registered)) {
    const { setWasmPaths } = await peer(packages.wasm, async () => import('@tensorflow/tfjs-backend-wasm'));
    if (wasmPaths !== undefined) setPaths(setWasmPaths, wasmPaths);
  }
  if (device === 'webgpu' && !registered) {
    await peer(packages.webgpu, async () => import('@tensorflow/tfjs-backend-webgpu'));
  }
  // The app did not ask for a backend that this import registers, so it must not become the app's default.
  if (!registered) makeLastChoice(tf, device);
  if (device === 'webgl') checkWebgl(tf);
  if (!isRegistered(tf, device)) {
    throw new VardropError(
      'VARDROP_BACKEND',
      `[tfjs:${device}] device: got a @tensorflow/tfjs in which "${device}" is not registered, needs ${packages[device] ?? 'its backend'} to use the same copy of @tensorflow/tfjs-core. Install both in one version (\`npm dedupe\`), and hand in \`tf\` from there.`,
    );
  }
  const host = await start(tf, device);
  if (device === 'webgl') checkPrecision(tf);
  const ofTf = devices.get(tf) ?? new Map<TfjsDevice, Device>();
  devices.set(tf, ofTf);
  const running = ofTf.get(device);
  if (running?.host === host) return running;
  for (const kernel of tf.getKernelsForBackend(device)) kernel.setupFunc?.(host);
  const bare = createDevice(tf, device, host as KernelHost);
  const created = isGpu(bare) ? { ...bare, turns: await countTurns(bare) } : bare;
  // Another call may have finished first.
  const first = ofTf.get(device);
  if (first?.host === host) return first;
  ofTf.set(device, created);
  return created;
}

/** Throws `VARDROP_OPTION` for paths that tfjs refuses: some are missing, or a start has already failed. */
function setPaths(setWasmPaths: (paths: string) => void, paths: WasmPaths): void {
  try {
    setWasmPaths(paths as string);
  } catch (cause) {
    const { message } = cause as Error;
    const late = message.includes('already initialized');
    const got = late ? 'paths after a start that failed' : `paths that tfjs refuses (${message.split('. ')[0]})`;
    const needs = late
      ? 'them at the first start. Load the page again'
      : "a folder's address, or that of each of the three files. Name them all";
    throw new VardropError('VARDROP_OPTION', `[tfjs:wasm] wasmPaths: got ${got}, needs ${needs}.`, { cause });
  }
}

/** Throws `VARDROP_UNKNOWN_DEVICE` unless WebGPU and an adapter are available. */
async function checkWebgpu(): Promise<void> {
  // Node has a navigator from version 21 on, but never one with WebGPU.
  const { navigator } = globalThis as {
    readonly navigator?: { readonly gpu?: { requestAdapter(): Promise<unknown> } };
  };
  const gpu = navigator?.gpu;
  if (!gpu || !(await gpu.requestAdapter())) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[tfjs] device: got "webgpu" where ${gpu ? 'no graphics card offers it' : 'there is no navigator.gpu'}, needs WebGPU. Use webgl or wasm; in Node use wasm, or install the package webgpu and set navigator.gpu to what its create() returns.`,
    );
  }
}

/** Throws `VARDROP_UNKNOWN_DEVICE` unless WebGL 2 is available. */
function checkWebgl(tf: Tfjs): void {
  if (isRegistered(tf, 'webgl') && tf.env().getNumber('WEBGL_VERSION') >= 2) return;
  throw new VardropError(
    'VARDROP_UNKNOWN_DEVICE',
    '[tfjs] device: got "webgl" where there is no WebGL 2, needs a browser that has it. Use wasm.',
  );
}

/** Throws `VARDROP_BACKEND` if WebGL would compute in 16 bits. */
function checkPrecision(tf: Tfjs): void {
  if (tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) return;
  throw new VardropError(
    'VARDROP_BACKEND',
    "[tfjs:webgl] device: got 16-bit textures, needs 32-bit ones. Leave tfjs's flag WEBGL_FORCE_F16_TEXTURES off, or use wasm where the graphics card has none.",
  );
}

/** Devices that are running. */
const devices = new WeakMap<Tfjs, Map<TfjsDevice, Device>>();

/**
 * Starts tfjs's backend. tfjs keeps one backend per name forever, even after its WebGL context or WebGPU device is
 * lost. A lost backend is therefore first removed from its registry.
 */
async function start(tf: Tfjs, device: TfjsDevice): Promise<KernelBackend> {
  const running = devices.get(tf)?.get(device);
  if (running?.loss.found()) {
    devices.get(tf)?.delete(device);
    if (!running.loss.removed()) forgetHost(tf, device);
  }
  let cause: unknown;
  try {
    const host = await startHost(tf, device);
    if (host) return host;
  } catch (error) {
    cause = error;
  }
  const { message = 'tfjs gives no reason' } = (cause ?? {}) as { readonly message?: string };
  throw new VardropError(
    'VARDROP_BACKEND',
    `[tfjs:${device}] device: got a backend that did not start (${message.split('\n')[0]}), needs its files. If the .wasm files lie elsewhere, pass \`wasmPaths\` at the first start; load the page again for that.`,
    { cause },
  );
}
