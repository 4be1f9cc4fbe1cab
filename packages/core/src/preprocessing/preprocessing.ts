/**
 * What turns the columns of a table into the inputs and targets of a network. It is learned from the training part only
 * (`fitPreprocessing`), and is plain JSON, so that it is kept with the network.
 */
export interface Preprocessing {
  /** The version of the form. */
  readonly format: 1;
  /** Rows of the training part. */
  readonly rows: number;
  /** Texts that stand for a missing value. */
  readonly missing: readonly string[];
  /** The columns that give inputs, in their order in the training part. */
  readonly columns: readonly ColumnRule[];
  /** The columns that give targets, in the order in which they were named. */
  readonly targets: readonly TargetRule[];
  /** The column with the weights of rows. */
  readonly weights?: string;
}

/**
 * How a column becomes inputs. A number gives one, `(value − mean) / deviation`, and 0 where it is missing; with `missing` a
 * second one is 1 where it is missing, else 0. A category gives one for each of `categories`, 1 for that of the row, else 0, and
 * with `missing` one more. A column that has the same value in all rows of the training part tells nothing. It gives no input:
 * its `deviation` is 0, or it has one category.
 */
export type ColumnRule =
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly mean: number;
      readonly deviation: number;
      readonly missing: boolean;
    }
  | {
      readonly name: string;
      readonly kind: 'category';
      readonly categories: readonly string[];
      readonly missing: boolean;
    };

/**
 * How a column becomes a target. A number is standardized: `(value − mean) / deviation`. A category becomes its index in
 * `categories`. Counts, whole numbers from 0 upwards, are left as they are. `missing`: whether values may be missing; they become NaN.
 */
export type TargetRule =
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly mean: number;
      readonly deviation: number;
      readonly missing: boolean;
    }
  | { readonly name: string; readonly kind: 'category'; readonly categories: readonly string[] }
  | { readonly name: string; readonly kind: 'counts'; readonly missing: boolean };

/** What the values of a column are. `counts` are for targets only. */
export type ColumnKind = 'number' | 'category' | 'counts';
