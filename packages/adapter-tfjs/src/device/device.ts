import type { DataId, KernelBackend, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { VardropError } from '@vardrop/core';
import { lostError } from './lostError.js';
import { type Loss, watchLoss } from './watchLoss.js';

/** The tfjs module. */
export type Tfjs = typeof import('@tensorflow/tfjs');

/** The part of a tfjs backend that its published type lacks. Every backend of tfjs 4 has it. */
export interface KernelHost extends KernelBackend {
  disposeData(dataId: DataId, force?: boolean): boolean;
  readSync(dataId: DataId): Float32Array<ArrayBuffer>;
  read(dataId: DataId): Promise<Float32Array<ArrayBuffer>>;
}

/** The inputs of a kernel: tensors by name, or a list of them. */
export type KernelInputs = Readonly<Record<string, TensorInfo>> | readonly TensorInfo[];

/**
 * Runs tfjs kernels on one tfjs backend, by name and without tfjs's engine. Kernels take the backend as an argument.
 * The app's active backend (`tf.setBackend`), its `tf.tidy` scopes and its gradient tape are therefore neither read nor
 * changed, and several Vardrop backends can coexist.
 *
 * A `TensorInfo` that `call` returns owns one reference to its data; `release` gives it back.
 */
export interface Device {
  readonly tf: Tfjs;
  /** tfjs's name of the backend: `cpu`, `wasm`, `webgl`, `webgpu`. */
  readonly name: string;
  readonly host: KernelHost;
  /** Reports the loss of the graphics card or of tfjs's backend. */
  readonly loss: Loss;
  /** How many turns of a loop a thread is known to complete. Infinite unless the device is a graphics card. */
  readonly turns: number;
  /** The most groups of threads in one direction of a launch. Infinite except on webgpu. */
  readonly groups: number;
  /** Throws `VARDROP_DEVICE_LOST` if the app has removed the backend from tfjs. `who` names the caller. */
  check(who: string): void;
  /**
   * Runs a kernel. Some kernels take a list of tensors. Throws `VARDROP_BACKEND` if this tfjs has no kernel of that
   * name.
   */
  call(kernel: string, inputs: KernelInputs, attributes?: NamedAttrMap): TensorInfo;
  /** Copies values to the backend. */
  create(values: Float32Array, shape: readonly number[]): TensorInfo;
  /** Takes over a tensor that a backend made, into the open scope. */
  adopt(tensor: TensorInfo): TensorInfo;
  /** A second reference to the same data, for another owner. */
  share(tensor: TensorInfo): TensorInfo;
  /** Gives back one reference. */
  release(tensor: TensorInfo): void;
  /** Runs `build` and releases every tensor that it made except the one that it returns. */
  scoped(build: () => TensorInfo): TensorInfo;
}

/** Whether a device is a graphics card. Graphics cards run programs of this package beside tfjs's kernels. */
export const isGpu = ({ name }: Pick<Device, 'name'>): boolean => name === 'webgl' || name === 'webgpu';

/** A device on `host`, which is tfjs's backend called `name`. */
export function createDevice(tf: Tfjs, name: string, host: KernelHost): Device {
  const kernels = new Map<string, (inputs: KernelInputs, attributes: NamedAttrMap) => TensorInfo>();
  const loss = watchLoss(name, host);
  let made: TensorInfo[] | undefined;

  function find(kernel: string) {
    const config = tf.getKernel(kernel, name);
    if (!config) {
      throw new VardropError(
        'VARDROP_BACKEND',
        `[tfjs:${name}] kernel: got a tfjs ${tf.version_core} without ${kernel}, needs one of ^4.22.0. Install that version of @tensorflow/tfjs.`,
      );
    }
    // tfjs's type allows only inputs by name.
    const run = (inputs: KernelInputs, attributes: NamedAttrMap) =>
      config.kernelFunc({ inputs: inputs as NamedTensorInfoMap, attrs: attributes, backend: host }) as TensorInfo;
    kernels.set(kernel, run);
    return run;
  }

  const record = (tensor: TensorInfo) => {
    made?.push(tensor);
    return tensor;
  };

  const device: Device = {
    tf,
    name,
    host,
    loss,
    turns: Number.POSITIVE_INFINITY,
    groups: mostGroups(name, host),
    check(who) {
      if (loss.removed()) throw lostError(name, who, loss.found() as string);
    },
    call: (kernel, inputs, attributes = {}) => record((kernels.get(kernel) ?? find(kernel))(inputs, attributes)),
    create(values, shape) {
      const dataId = host.write(values, [...shape], 'float32') as DataId;
      return record({ dataId, shape: [...shape], dtype: 'float32' });
    },
    adopt: record,
    share(tensor) {
      host.incRef(tensor.dataId);
      return record({ dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype });
    },
    release(tensor) {
      // A removed backend has already freed everything.
      if (!loss.removed()) host.disposeData(tensor.dataId);
    },
    scoped(build) {
      const outer = made;
      const own: TensorInfo[] = [];
      let result: TensorInfo | undefined;
      made = own;
      try {
        result = build();
        return result;
      } finally {
        made = outer;
        for (const tensor of own) if (tensor !== result) device.release(tensor);
        if (result) outer?.push(result);
      }
    },
  };
  return device;
}

function mostGroups(name: string, host: KernelHost): number {
  if (name !== 'webgpu') return Number.POSITIVE_INFINITY;
  const { device } = host as unknown as {
    readonly device: { readonly limits: { maxComputeWorkgroupsPerDimension: number } };
  };
  return device.limits.maxComputeWorkgroupsPerDimension;
}
