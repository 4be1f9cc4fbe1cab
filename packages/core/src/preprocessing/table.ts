/** A value of a table. `null`, `undefined`, NaN, and texts that mean the same (`FitPreprocessingOptions.missing`) are missing. */
export type Cell = number | bigint | string | boolean | null | undefined;

/** A column of a table: its name and a value for each row. */
export interface Column {
  readonly name: string;
  readonly values: ArrayLike<Cell>;
}

/** Rows of named columns, or a block of such rows. Functions that take one never write to it. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  /** Where it was read, such as the name of a file. Messages begin with it. */
  readonly source?: string;
  /** The number of the first row in messages, from 1 on; a header is not counted. 1 by default. */
  readonly firstRow?: number;
  /** `[rows]`: the number of each row, where they do not follow one another. */
  readonly rowNumbers?: ArrayLike<number>;
}
