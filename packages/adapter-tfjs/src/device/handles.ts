import type { TensorInfo, Tensor as TfTensor } from '@tensorflow/tfjs';
import { createHandleTable, type HandleTable, type Tensor } from '@vardrop/core/backend';
import type { Device } from './device.js';

/** The entry of a handle: data on the device, and tfjs's tensor if the app has asked for it or passed it in. */
export interface Entry {
  readonly info: TensorInfo;
  native?: TfTensor;
}

/** The handles that a backend has given out. */
export interface Handles {
  readonly table: HandleTable<Entry>;
  /** Creates a handle that owns `info`. */
  add(info: TensorInfo, native?: TfTensor): Tensor;
  /** The data of a handle. Throws `VARDROP_DISPOSED`, or `VARDROP_INPUT` for a handle of another backend. */
  get(tensor: Tensor, who: string): TensorInfo;
  /** tfjs's tensor of a handle. The handle owns it. */
  native(tensor: Tensor): TfTensor;
}

/** A table of handles to tensors on `device`. */
export function createHandles(device: Device): Handles {
  const { tf } = device;
  /** tfjs tensors that a handle owns. */
  const owned = new WeakSet<TfTensor>();
  const table = createHandleTable<Entry>({
    name: `tfjs:${device.name}`,
    free({ info, native }) {
      if (!native) device.release(info);
      else if (!native.isDisposed && !device.loss.removed()) native.dispose();
    },
    isGone: ({ native }) => native?.isDisposed === true,
  });
  return {
    table,
    add(info, native) {
      // If a handle already owns the tensor, the data get a second owner.
      const shared = native !== undefined && owned.has(native);
      if (native) owned.add(native);
      return table.add(shared ? { info: device.share(info) } : { info, native }, info.shape);
    },
    get: (tensor, who) => table.get(tensor, who).info,
    native(tensor) {
      const entry = table.get(tensor, 'native');
      device.check('native');
      // Kept out of the app's `tf.tidy` scopes: the handle owns it, not the scope.
      entry.native ??= tf.keep(tf.engine().makeTensorFromTensorInfo(entry.info, device.host));
      owned.add(entry.native);
      return entry.native;
    },
  };
}
