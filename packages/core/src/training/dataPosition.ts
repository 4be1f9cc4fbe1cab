/** Where in its data a training is, so that it goes on there and nowhere else. */
export interface DataPosition {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Rows of the next epoch that are done, in that epoch's order. */
  readonly row: number;
  /** Rows of the data set. */
  readonly rows: number;
  /** Tells the data set, inputs and targets, from others of its size. */
  readonly digest: string;
}
