import type { KernelBackend } from '@tensorflow/tfjs';
import { VardropError } from '@vardrop/core';
import { createDevice, type Device, type KernelHost, type Tfjs } from './device.js';

/** The devices that `createTfjsBackend` knows, with the package that each needs beside `@tensorflow/tfjs`. */
const packages = { cpu: undefined, wasm: '@tensorflow/tfjs-backend-wasm' } as const;

/** Where tfjs computes. `wasm` needs the package `@tensorflow/tfjs-backend-wasm`. */
export type TfjsDevice = keyof typeof packages;

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
 * Throws `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER`, or `VARDROP_BACKEND` where the device does not start.
 */
export async function loadDevice(device: TfjsDevice, given?: Tfjs): Promise<Device> {
  if (!Object.hasOwn(packages, device)) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[tfjs] device: got "${String(device)}", needs one of ${Object.keys(packages).join(', ')}.`,
    );
  }
  const tf = given ?? (await peer('@tensorflow/tfjs', async () => import('@tensorflow/tfjs')));
  if (device === 'wasm' && !tf.findBackendFactory(device)) {
    await peer(packages.wasm, async () => import('@tensorflow/tfjs-backend-wasm'));
  }
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
      `[tfjs:${device}] device: got a backend that did not start, needs its files. See tfjs's warning above; call \`setWasmPaths\` of ${packages.wasm} if the .wasm files lie elsewhere.`,
    );
  }
  for (const kernel of tf.getKernelsForBackend(device)) kernel.setupFunc?.(host);
  return createDevice(tf, device, host as KernelHost);
}

const starting = new WeakMap<Tfjs, Map<TfjsDevice, Promise<KernelBackend | null>>>();

/** tfjs's backend, once it runs; null if it does not start. */
async function start(tf: Tfjs, device: TfjsDevice): Promise<KernelBackend | null> {
  const known = starting.get(tf) ?? new Map<TfjsDevice, Promise<KernelBackend | null>>();
  starting.set(tf, known);
  const running = known.get(device) ?? initialize(tf, device);
  known.set(device, running);
  const host = await running;
  // A later call may try again, with other paths to the .wasm files.
  if (!host) known.delete(device);
  return host;
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
