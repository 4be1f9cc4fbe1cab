/** One minibatch as the training step takes it. Functions that take one accept any arrays of numbers as its `Data`. */
export interface Minibatch<Data extends ArrayLike<number> = Float32Array> {
  readonly rows: number;
  /** `[rows, …shape]` by the names of the model's inputs: `{ x: … }` for most models. */
  readonly inputs: Readonly<Record<string, Data>>;
  /** One-hot labels or values, `[rows, …targetShape]`, by the names of the model's outputs: `{ output: … }` for most models. */
  readonly targets: Readonly<Record<string, Data>>;
  /** Factors on the rows' losses, whose mean over all rows of the data is 1. Default: 1 each. */
  readonly weights?: Data;
}
