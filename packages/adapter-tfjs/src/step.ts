import type { TensorInfo } from '@tensorflow/tfjs';
import type { Keys } from '@vardrop/core/backend';
import type { NodeId } from '@vardrop/core/program';

/** A piece of a program on a device. */
export interface Step {
  readonly kind: string;
  readonly label: string;
  readonly operands: readonly NodeId[];
  readonly results: readonly NodeId[];
  /** Computes the results, each owned by the caller, from the operands and the iteration's keys. */
  readonly run: (operands: readonly TensorInfo[], keys: Keys) => readonly TensorInfo[];
}
