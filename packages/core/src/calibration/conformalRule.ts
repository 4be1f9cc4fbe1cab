/** How a row's targets are scored: the larger, the less the prediction fits them. */
export type ConformalScore = 'absolute' | 'scaled' | 'quantile' | 'threshold' | 'aps' | 'raps';

/** What split conformal prediction has learned, as plain data. */
export interface ConformalRule {
  readonly kind: 'conformal';
  readonly score: ConformalScore;
  /** The probability with which a new row's target is in its interval or set, from 0 to 1. */
  readonly coverage: number;
  /**
   * The largest score that is kept: one for each column of numbers; for labels one, or with classes by themselves one for each class. Of
   * standardized columns in their units.
   */
  readonly limits: readonly number[];
  /** Rows that it was learned from. */
  readonly rows: number;
  /** Of `raps`: what each class after the first `rank` adds to the score. */
  readonly penalty?: number;
  readonly rank?: number;
  /** Of `aps` and `raps`: whether scores have noise, for an exact coverage. */
  readonly randomized?: boolean;
}
