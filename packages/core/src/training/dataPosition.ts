/** The position of a training in its data, from which it resumes. */
export interface DataPosition {
  /** Completed epochs. */
  readonly epoch: number;
  /** Completed rows of the next epoch, in the order of that epoch. */
  readonly row: number;
  /** Rows of the data set. */
  readonly rows: number;
  /** Digest of inputs and targets, which tells data sets of the same size apart. */
  readonly digest: string;
}
