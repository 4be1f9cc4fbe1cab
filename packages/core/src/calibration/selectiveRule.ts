/** What the uncertainty of a row is, see `selective`. */
export type SelectiveMeasure = 'entropy' | 'mutualInformation' | 'confidence' | 'variance' | 'epistemicVariance';

/** Which rows are accepted, as plain data. */
export interface SelectiveRule {
  readonly kind: 'selective';
  readonly measure: SelectiveMeasure;
  /** The probability with which a new row is accepted, from 0 to 1. */
  readonly coverage: number;
  /** The largest uncertainty that is accepted. */
  readonly threshold: number;
  /** Rows that it was learned from. */
  readonly rows: number;
}
