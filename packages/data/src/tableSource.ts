import type { Cell, Table } from '@vardrop/core';

/** A table that is read in blocks of rows, as often as it is asked for, or as a whole. */
export interface TableSource {
  /** What messages call it, such as the name of the file. */
  readonly name: string | undefined;
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** What was found out about the file and is not as most files have it, as sentences. */
  readonly notes: readonly string[];
  /** The number of rows. It is counted once, by reading to the end, unless the file says it. */
  rows(): Promise<number>;
  /** Reads the rows from the start, in blocks. Memory is needed for one block at a time. */
  blocks(): AsyncIterable<Table>;
  /** Reads all rows into memory. */
  table(): Promise<Table>;
}

export interface SourceParts {
  readonly name: string | undefined;
  readonly columns: readonly string[];
  readonly notes?: readonly string[];
  readonly rows?: number;
  blocks(): AsyncIterable<Table>;
}

/** A source from its blocks. Rows that have been read to the end once are not counted again. */
export function createSource({ name, columns, notes = [], rows: known, blocks }: SourceParts): TableSource {
  let count = known;
  async function* read(): AsyncGenerator<Table> {
    let rows = 0;
    for await (const block of blocks()) {
      rows += block.rows;
      yield block;
    }
    count = rows;
  }
  return {
    name,
    columns,
    notes,
    blocks: read,
    async rows() {
      if (count === undefined) for await (const _ of read());
      return count as number;
    },
    async table() {
      const values = columns.map((): Cell[] => []);
      const numbers: number[] = [];
      for await (const block of read()) {
        block.columns.forEach((column, i) => {
          for (let row = 0; row < block.rows; row++) values[i].push(column.values[row]);
        });
        for (let row = 0; row < block.rows; row++) {
          numbers.push(block.rowNumbers?.[row] ?? (block.firstRow ?? 1) + row);
        }
      }
      const isWhole = numbers.every((number, i) => number === i + 1);
      return {
        rows: numbers.length,
        columns: columns.map((column, i) => ({ name: column, values: values[i] })),
        source: name,
        ...(isWhole ? {} : { rowNumbers: numbers }),
      };
    },
  };
}
