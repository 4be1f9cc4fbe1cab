import type { TensorInfo } from '@tensorflow/tfjs';
import type { NodeId } from '@vardrop/core/program';
import type { Device } from '../device/device.js';

/** The values of a program's nodes during a run, and which of them the run owns. */
export interface RunValues {
  get(id: NodeId): TensorInfo;
  /** Sets a value that belongs to another. */
  lend(id: NodeId, value: TensorInfo | undefined): void;
  /** Sets a value that the run made and has to give back. */
  own(id: NodeId, value: TensorInfo): void;
  /** Gives a value back if the run owns it. */
  release(id: NodeId): void;
  /** Gives back all that the run still owns. */
  releaseAll(): void;
}

/** No values yet, for as many nodes. */
export function createRunValues(device: Device, nodes: number): RunValues {
  const values: (TensorInfo | undefined)[] = new Array(nodes);
  const owned = new Set<NodeId>();
  const all: RunValues = {
    get: (id) => values[id] as TensorInfo,
    lend(id, value) {
      values[id] = value;
    },
    own(id, value) {
      values[id] = value;
      owned.add(id);
    },
    release(id) {
      if (!owned.delete(id)) return;
      device.release(values[id] as TensorInfo);
      values[id] = undefined;
    },
    releaseAll() {
      for (const id of [...owned]) all.release(id);
    },
  };
  return all;
}
