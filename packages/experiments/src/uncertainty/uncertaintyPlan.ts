/** How uncertainty is measured. It is the same for all methods; nothing is chosen by test data. */
export interface UncertaintyPlan {
  readonly seeds: number;
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Samples of a prediction. */
  readonly samples: number;
  /** Networks of an ensemble. */
  readonly members: number;
  /** At most so many rows for training and calibration, and for testing. */
  readonly trainRows: number;
  readonly testRows: number;
  /** Degrees by which test images are turned. */
  readonly degrees: readonly number[];
  /** Epochs of the networks for regression. */
  readonly regressionEpochs: number;
}

/** About twenty minutes on the embedded digits, on two cores. */
export const fullUncertaintyPlan: UncertaintyPlan = {
  seeds: 5,
  hidden: [300, 100],
  epochs: 20,
  batch: 100,
  learningRate: 0.001,
  samples: 32,
  members: 5,
  trainRows: 60_000,
  testRows: 1000,
  degrees: [15, 30, 45, 60, 75, 90],
  regressionEpochs: 300,
};

/** Two minutes. */
export const quickUncertaintyPlan: UncertaintyPlan = {
  ...fullUncertaintyPlan,
  seeds: 2,
  hidden: [100],
  epochs: 8,
  members: 3,
  trainRows: 2500,
  testRows: 500,
  degrees: [30, 60, 90],
  regressionEpochs: 100,
};

/** Share of the training rows that are for calibration instead. */
export const calibrationShare = 0.1;
