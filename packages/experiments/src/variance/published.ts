import type { EstimatorName } from '../paperNetwork.js';
import type { SnapshotName } from './snapshots.js';
import type { Group } from './spreadProgram.js';

/** Epochs at which table 1 was measured. */
export const publishedEpochs: Readonly<Record<SnapshotName, number>> = { early: 10, late: 100 };

/**
 * Table 1 of Kingma, Salimans & Welling 2015: variances of gradients of minibatches of 1000 MNIST digits, fully connected
 * network with independent weight noise.
 */
export const publishedVariances: Readonly<
  Record<EstimatorName, Readonly<Record<Group, Readonly<Record<SnapshotName, number>>>>>
> = {
  local: { top: { early: 7.8e3, late: 1.2e3 }, bottom: { early: 1.9e2, late: 1.1e2 } },
  separate: { top: { early: 1.4e4, late: 2.6e3 }, bottom: { early: 4.3e2, late: 2.5e2 } },
  single: { top: { early: 4.9e4, late: 4.3e3 }, bottom: { early: 8.5e2, late: 3.3e2 } },
  none: { top: { early: 2.8e3, late: 5.9e1 }, bottom: { early: 1.3e2, late: 9.0 } },
};
