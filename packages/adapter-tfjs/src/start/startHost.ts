import type { KernelBackend } from '@tensorflow/tfjs';
import type { Tfjs } from '../device/device.js';
import { onDispose } from '../device/onDispose.js';
import { withoutProcessListeners } from './withoutProcessListeners.js';

/** How tfjs makes a backend, and the priority of the backend if the app has chosen none. */
type Registration = Tfjs extends { engine(): { registryFactory: Readonly<Record<string, infer R>> } } ? R : never;

/** Original registrations, for backends that are removed from tfjs's registry. */
const found = new WeakMap<Tfjs, Map<string, Registration>>();

/** Registrations whose factory makes only one backend. */
const single = new WeakSet<Registration>();

/** Lower than every priority of tfjs's own backends. */
const lastChoice = 0;

/** Whether tfjs can make a backend of this name, or could earlier. */
export function isRegistered(tf: Tfjs, device: string): boolean {
  return Boolean(tf.findBackendFactory(device)) || found.get(tf)?.has(device) === true;
}

/**
 * Gives `device` the lowest priority, so that registering it does not change the default backend of an app that has
 * chosen none.
 */
export function makeLastChoice(tf: Tfjs, device: string): void {
  const registration = registrationOf(tf, device);
  if (registration) registration.priority = lastChoice;
}

/**
 * tfjs's backend, started if it is not running yet. The app's active backend does not change. The app's own calls are
 * not affected while it starts or afterwards. Once the backend runs, tfjs's engine knows it and does not make a second
 * one of the same name, which would take over this one's kernels.
 *
 * Rejects with the error of its factory.
 */
export async function startHost(tf: Tfjs, device: string): Promise<KernelBackend | null> {
  // If the app is starting a backend, wait for it: it may be this one.
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

/** Removes a backend from tfjs's registry, so that the next start makes another one. */
export function forgetHost(tf: Tfjs, device: string): void {
  if (tf.findBackendFactory(device)) tf.removeBackend(device);
}

/** tfjs's registration, restored if the backend was removed. */
function registrationOf(tf: Tfjs, device: string): Registration | undefined {
  const ofTf = found.get(tf) ?? new Map<string, Registration>();
  found.set(tf, ofTf);
  const known = ofTf.get(device);
  if (!tf.findBackendFactory(device) && known) tf.registerBackend(device, known.factory, known.priority);
  const registration = tf.engine().registryFactory[device];
  if (registration && !single.has(registration)) ofTf.set(device, { ...registration });
  return registration;
}

/** A factory that returns the backend that it made before, or `running`, until tfjs disposes of it. */
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
 * Makes tfjs use its single-threaded build. The multi-threaded build does not start from a minified bundle. Generated
 * loops cannot use its memory, so that a training step takes several times as long. tfjs reads the flag as soon as the
 * factory is called. The flag can therefore be restored at once, before the app sees the change.
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
