/** How the errors are measured. It is the same for all models; nothing is chosen by test data. */
export interface ErrorPlan {
  readonly epochs: number;
  readonly batch: number;
  /** Adam's; falls linearly to 0 over the second half of the epochs. */
  readonly learningRate: number;
  /** Units of each hidden layer, and how many trainings with each. */
  readonly widths: readonly { readonly width: number; readonly seeds: number }[];
}

/** The paper's widths, most seeds at the smallest, where the models are compared seed by seed. */
export const fullErrorPlan: ErrorPlan = {
  epochs: 100,
  batch: 100,
  learningRate: 0.001,
  widths: [
    { width: 100, seeds: 10 },
    { width: 250, seeds: 3 },
    { width: 500, seeds: 3 },
    { width: 750, seeds: 3 },
    { width: 1000, seeds: 3 },
    { width: 1250, seeds: 3 },
  ],
};

/** Minutes on the embedded digits. */
export const quickErrorPlan: ErrorPlan = {
  epochs: 40,
  batch: 100,
  learningRate: 0.001,
  widths: [
    { width: 100, seeds: 5 },
    { width: 250, seeds: 1 },
    { width: 500, seeds: 1 },
  ],
};

/** Share of the epochs after which the learning rate falls. */
export const fallFrom = 0.5;
