/** The option of metrics that are means over rows. */
export interface RowWeights {
  /** A weight for each row, 0 or more; only their ratios count. Default: all rows alike. */
  readonly weights?: ArrayLike<number>;
}
