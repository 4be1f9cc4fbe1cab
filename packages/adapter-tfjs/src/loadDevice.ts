import type { KernelBackend } from '@tensorflow/tfjs';
import { VardropError } from '@vardrop/core';
import { createDevice, type Device, type KernelHost, type Tfjs } from './device.js';

/** The devices that `createTfjsBackend` knows, with the package that each needs beside `@tensorflow/tfjs`. */
const packages = {
  cpu: undefined,
  wasm: '@tensorflow/tfjs-backend-wasm',
  webgl: undefined,
  webgpu: '@tensorflow/tfjs-backend-webgpu',
} as const;

/**
 * Where tfjs computes. `wasm` needs the package `@tensorflow/tfjs-backend-wasm`, `webgpu` the package
 * `@tensorflow/tfjs-backend-webgpu`; `webgl` is WebGL 2, of browsers.
 */
export type TfjsDevice = keyof typeof packages;

/**
 * Where the page finds the .wasm files of `@tensorflow/tfjs-backend-wasm`: a folder's address, ending in a slash, or the
 * address of each by its name.
 */
export type WasmPaths = string | Readonly<Record<`tfjs-backend-wasm${'' | '-simd' | '-threaded-simd'}.wasm`, string>>;

/** Imports a peer package, or says which to install. */
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
 * Starts a tfjs device without touching the app's active backend: tfjs initializes the backend in its registry
 * (`findBackend`), and its kernels are set up here rather than by `tf.setBackend`. One tfjs backend exists once a
 * process, so devices of the same name share it.
 *
 * Throws `VARDROP_UNKNOWN_DEVICE`, also where this machine lacks the device, `VARDROP_MISSING_PEER`, or `VARDROP_BACKEND`
 * where the device does not start.
 */
export async function loadDevice(device: TfjsDevice | undefined, given?: Tfjs, wasmPaths?: WasmPaths): Promise<Device> {
  if (device === undefined || !Object.hasOwn(packages, device)) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[tfjs] device: got ${device === undefined ? 'none' : `"${String(device)}"`}, needs one of ${Object.keys(packages).join(', ')}.`,
    );
  }
  const tf = given ?? (await peer('@tensorflow/tfjs', async () => import('@tensorflow/tfjs')));
  if (device === 'wasm' && (wasmPaths !== undefined || !tf.findBackendFactory(device))) {
    const { setWasmPaths } = await peer(packages.wasm, async () => import('@tensorflow/tfjs-backend-wasm'));
    if (wasmPaths !== undefined) setWasmPaths(wasmPaths as string);
  }
  if (device === 'webgpu') {
    await checkWebgpu();
    if (!tf.findBackendFactory(device))
      await peer(packages.webgpu, async () => import('@tensorflow/tfjs-backend-webgpu'));
  }
  if (device === 'webgl') checkWebgl(tf);
  if (!tf.findBackendFactory(device)) {
    throw new VardropError(
      'VARDROP_BACKEND',
      `[tfjs:${device}] device: got a @tensorflow/tfjs in which "${device}" is not registered, needs ${packages[device] ?? 'its backend'} to use the same copy of @tensorflow/tfjs-core. Install both in one version (\`npm dedupe\`), and hand in \`tf\` from there.`,
    );
  }
  const host = await start(tf, device);
  if (!host) {
    throw new VardropError(
      'VARDROP_BACKEND',
      `[tfjs:${device}] device: got a backend that did not start, needs its files. See tfjs's warning above; pass \`wasmPaths\` if the .wasm files lie elsewhere, from the first start on.`,
    );
  }
  if (device === 'webgl') checkPrecision(tf);
  const ofTf = devices.get(tf) ?? new Map<TfjsDevice, Device>();
  devices.set(tf, ofTf);
  const running = ofTf.get(device);
  if (running?.host === host) return running;
  for (const kernel of tf.getKernelsForBackend(device)) kernel.setupFunc?.(host);
  const created = createDevice(tf, device, host as KernelHost);
  ofTf.set(device, created);
  return created;
}

/** Throws `VARDROP_UNKNOWN_DEVICE` unless there is WebGPU with an adapter. */
async function checkWebgpu(): Promise<void> {
  // Node has a navigator from version 21 on, and never one with WebGPU.
  const { navigator } = globalThis as {
    readonly navigator?: { readonly gpu?: { requestAdapter(): Promise<unknown> } };
  };
  const gpu = navigator?.gpu;
  if (!gpu || !(await gpu.requestAdapter())) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[tfjs] device: got "webgpu" where ${gpu ? 'no graphics card offers it' : 'there is no navigator.gpu'}, needs WebGPU. Use webgl or wasm, or in Node put the package webgpu in place first.`,
    );
  }
}

/** Throws `VARDROP_UNKNOWN_DEVICE` unless there is WebGL 2. */
function checkWebgl(tf: Tfjs): void {
  if (tf.findBackendFactory('webgl') && tf.env().getNumber('WEBGL_VERSION') >= 2) return;
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

/** Devices that run. */
const devices = new WeakMap<Tfjs, Map<TfjsDevice, Device>>();
const starting = new WeakMap<Tfjs, Map<TfjsDevice, Promise<KernelBackend | null>>>();

/** tfjs's backend, once it runs; null if it does not start. */
async function start(tf: Tfjs, device: TfjsDevice): Promise<KernelBackend | null> {
  forgetLost(tf, device);
  const known = starting.get(tf) ?? new Map<TfjsDevice, Promise<KernelBackend | null>>();
  starting.set(tf, known);
  const running = known.get(device) ?? initialize(tf, device);
  known.set(device, running);
  const host = await running;
  // A later call may try again, with other paths to the .wasm files.
  if (!host) known.delete(device);
  return host;
}

/**
 * tfjs keeps one backend of a name for good, also once its WebGL context or WebGPU device is lost: such a one is taken out
 * of its registry, so that the next start makes another.
 */
function forgetLost(tf: Tfjs, device: TfjsDevice): void {
  const running = devices.get(tf)?.get(device);
  const factory = tf.findBackendFactory(device);
  if (!running?.loss.found() || !factory) return;
  devices.get(tf)?.delete(device);
  starting.get(tf)?.delete(device);
  tf.removeBackend(device);
  tf.registerBackend(device, factory, device === 'webgpu' ? 3 : 2);
}

async function initialize(tf: Tfjs, device: TfjsDevice): Promise<KernelBackend | null> {
  // tfjs drops an initialization when another starts, so the app's own, perhaps of this very backend, goes first.
  const engine = tf.engine() as unknown as { readonly pendingBackendInit?: Promise<unknown> | null };
  while (engine.pendingBackendInit) await engine.pendingBackendInit;
  const host = tf.findBackend(device);
  if (host || !engine.pendingBackendInit) return host;
  // The backend starts asynchronously; `ready` waits for that and activates nothing.
  await tf.ready();
  return tf.findBackend(device);
}
