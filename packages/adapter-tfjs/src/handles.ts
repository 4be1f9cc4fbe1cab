import type { TensorInfo, Tensor as TfTensor } from '@tensorflow/tfjs';
import { type Tensor, VardropError } from '@vardrop/core';
import type { Device } from './device.js';

/** What stands behind a handle: data on the device, and tfjs's tensor where the app has asked for it or given it. */
interface Entry {
  readonly info: TensorInfo;
  native?: TfTensor;
}

/** The handles that a backend has given out. */
export interface Handles {
  /** A new handle that owns `info`. */
  add(info: TensorInfo, native?: TfTensor): Tensor;
  /** The data behind a handle. Throws `VARDROP_DISPOSED`, or `VARDROP_INPUT` for a handle of another backend. */
  get(tensor: Tensor, who: string): TensorInfo;
  /** tfjs's tensor behind a handle, owned by the handle. */
  native(tensor: Tensor): TfTensor;
  dispose(tensor: Tensor): void;
  disposeAll(): void;
  count(): number;
}

/** A table of handles to tensors on `device`. */
export function createHandles(device: Device): Handles {
  const live = new Map<Tensor, Entry>();
  const disposed = new WeakSet<Tensor>();
  const { tf } = device;

  function find(tensor: Tensor, who: string): Entry {
    const entry = live.get(tensor);
    if (entry && !entry.native?.isDisposed) return entry;
    if (entry || disposed.has(tensor)) {
      throw new VardropError(
        'VARDROP_DISPOSED',
        `[tfjs:${device.name}] ${who}: got a tensor of shape [${tensor.shape}] that has been disposed of, needs a live one. Dispose of each tensor once, after its last use.`,
      );
    }
    throw new VardropError(
      'VARDROP_INPUT',
      `[tfjs:${device.name}] ${who}: got a tensor that is not of this backend, needs one of its own. Use its \`upload\` or \`wrap\`.`,
    );
  }

  function free({ info, native }: Entry): void {
    if (!native) device.release(info);
    else if (!native.isDisposed) native.dispose();
  }

  return {
    add(info, native) {
      const tensor: Tensor = Object.freeze({ shape: Object.freeze([...info.shape]) });
      live.set(tensor, { info, native });
      return tensor;
    },
    get: (tensor, who) => find(tensor, who).info,
    native(tensor) {
      const entry = find(tensor, 'native');
      // Kept out of any `tf.tidy` of the app: the handle, not the scope, owns it.
      entry.native ??= tf.keep(tf.engine().makeTensorFromTensorInfo(entry.info, device.host));
      return entry.native;
    },
    dispose(tensor) {
      const entry = find(tensor, 'dispose');
      live.delete(tensor);
      disposed.add(tensor);
      free(entry);
    },
    disposeAll() {
      for (const [tensor, entry] of live) {
        disposed.add(tensor);
        free(entry);
      }
      live.clear();
    },
    count: () => live.size,
  };
}
