import type { KernelBackend } from '@tensorflow/tfjs';

/** Calls `listener` when tfjs disposes of a backend, as `tf.removeBackend` does. */
export function onDispose(host: KernelBackend, listener: () => void): void {
  const dispose = host.dispose.bind(host);
  host.dispose = () => {
    listener();
    dispose();
  };
}
