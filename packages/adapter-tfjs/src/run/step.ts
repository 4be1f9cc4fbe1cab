import type { TensorInfo } from '@tensorflow/tfjs';
import type { Keys } from '@vardrop/core/backend';
import type { BoundProgram, NodeId } from '@vardrop/core/program';

/** A piece of a program on a device. */
export interface Step {
  readonly kind: string;
  readonly label: string;
  readonly operands: readonly NodeId[];
  readonly results: readonly NodeId[];
  /** Computes the results from the operands and the iteration's keys. The caller owns each result. */
  readonly run: (operands: readonly TensorInfo[], keys: Keys) => readonly TensorInfo[];
}

/** The name of a step in a profile: the labels of its nodes, or their shapes if they have no labels. */
export const labelOf = ({ nodes }: BoundProgram, ids: readonly NodeId[]): string =>
  [...new Set(ids.map((id) => nodes[id].label ?? `[${nodes[id].shape}]`))].join(' ');
