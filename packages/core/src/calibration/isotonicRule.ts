/** What isotonic regression has learned, as plain data. */
export interface IsotonicRule {
  readonly kind: 'isotonic';
  /** A map for each class, or of two classes for the second one alone; for binary targets one for each output. */
  readonly maps: readonly IsotonicMap[];
  /** Rows that it was learned from. */
  readonly rows: number;
}

/** A function that never falls: lines between points, and level beyond the first and the last one. */
export interface IsotonicMap {
  /** Ascending. */
  readonly x: readonly number[];
  /** Not descending, from 0 to 1. */
  readonly y: readonly number[];
}
