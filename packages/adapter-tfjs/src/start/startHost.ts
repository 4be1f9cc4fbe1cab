import type { KernelBackend } from '@tensorflow/tfjs';
import type { Tfjs } from '../device/device.js';
import { onDispose } from '../device/onDispose.js';
import { withoutProcessListeners } from './withoutProcessListeners.js';

/** How tfjs makes a backend, and what it would rather take where the app has chosen none. */
type Registration = Tfjs extends { engine(): { registryFactory: Readonly<Record<string, infer R>> } } ? R : never;

/** Registrations as they were found, for backends that are taken out of tfjs's registry. */
const found = new WeakMap<Tfjs, Map<string, Registration>>();

/** Registrations whose factory makes one backend only. */
const single = new WeakSet<Registration>();

/** Below each of tfjs's own. */
const lastChoice = 0;

/** Whether tfjs can make a backend of this name, or once could. */
export function isRegistered(tf: Tfjs, device: string): boolean {
  return Boolean(tf.findBackendFactory(device)) || found.get(tf)?.has(device) === true;
}

/** Has an app that chose no backend get the one that it would have got had `device` not been registered. */
export function makeLastChoice(tf: Tfjs, device: string): void {
  const registration = registrationOf(tf, device);
  if (registration) registration.priority = lastChoice;
}

/**
 * tfjs's backend, started if it does not run yet; the app's active backend stays what it is. Neither while it starts nor
 * afterwards do calls of the app's own see anything of it: tfjs's engine is told once it runs, and does not make a second
 * one of the name, which would take the kernels of this one along.
 *
 * Rejects with what its factory throws.
 */
export async function startHost(tf: Tfjs, device: string): Promise<KernelBackend | null> {
  // Where the app is starting one, perhaps of this name, that one is taken.
  const engine = tf.engine() as unknown as { readonly pendingBackendInit?: Promise<unknown> | null };
  while (engine.pendingBackendInit) await engine.pendingBackendInit;
  const registration = registrationOf(tf, device);
  if (!registration) return null;
  if (!single.has(registration)) {
    registration.factory = once(registration.factory, tf.engine().registry[device]);
    single.add(registration);
  }
  const start = async () => (device === 'wasm' ? withOneThread(tf, registration.factory) : registration.factory());
  await withoutProcessListeners(start);
  return tf.findBackend(device);
}

/** Takes a backend out of tfjs's registry, so that the next start makes another. */
export function forgetHost(tf: Tfjs, device: string): void {
  if (tf.findBackendFactory(device)) tf.removeBackend(device);
}

/** tfjs's registration; put back where the backend was removed. */
function registrationOf(tf: Tfjs, device: string): Registration | undefined {
  const ofTf = found.get(tf) ?? new Map<string, Registration>();
  found.set(tf, ofTf);
  const known = ofTf.get(device);
  if (!tf.findBackendFactory(device) && known) tf.registerBackend(device, known.factory, known.priority);
  const registration = tf.engine().registryFactory[device];
  if (registration && !single.has(registration)) ofTf.set(device, { ...registration });
  return registration;
}

/** The same factory, which gives the backend that it made, or `running`, for as long as tfjs has not disposed of it. */
function once(factory: Registration['factory'], running?: KernelBackend): Registration['factory'] {
  let made: ReturnType<typeof factory> | undefined;
  const keep = (host: KernelBackend) => {
    made = host;
    onDispose(host, () => {
      made = undefined;
    });
    return host;
  };
  if (running) keep(running);
  return () => {
    if (made) return made;
    const making = factory();
    if (!(making instanceof Promise)) return keep(making);
    made = making.then(keep, (error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/**
 * Has tfjs take its build for one thread. The one for several does not start from a minified bundle, and generated loops
 * cannot run in its memory, so that a training step takes several times as long. tfjs asks for the flag as soon as the factory
 * is called, so that it can be put back at once, before the app sees it.
 */
function withOneThread<T>(tf: Tfjs, make: () => T): T {
  const name = 'WASM_HAS_MULTITHREAD_SUPPORT';
  const flags = tf.env().getFlags();
  const before = Object.getOwnPropertyDescriptor(flags, name);
  tf.env().set(name, false);
  try {
    return make();
  } finally {
    if (before) Object.defineProperty(flags, name, before);
    else delete flags[name];
  }
}
