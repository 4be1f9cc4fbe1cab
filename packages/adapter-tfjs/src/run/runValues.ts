import type { TensorInfo } from '@tensorflow/tfjs';
import type { NodeId } from '@vardrop/core/program';
import type { Device } from '../device/device.js';

/** The values of a program's nodes during a run, and which of them the run owns. */
export interface RunValues {
  get(id: NodeId): TensorInfo;
  /** Sets a value that someone else owns. */
  lend(id: NodeId, value: TensorInfo | undefined): void;
  /** Sets a value that the run owns and has to release. */
  own(id: NodeId, value: TensorInfo): void;
  /** Releases a value if the run owns it. */
  release(id: NodeId): void;
  /** Releases everything that the run still owns. */
  releaseAll(): void;
}

/** Creates an empty table for `nodes` nodes. */
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
