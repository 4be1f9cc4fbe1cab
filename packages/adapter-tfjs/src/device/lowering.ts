import type { TensorInfo } from '@tensorflow/tfjs';

/** Computes a node from its operands. The result owns one reference of its own, even if it shares data. */
export type Lowering = (operands: readonly TensorInfo[]) => TensorInfo;
