import type { Json } from './json.js';

/** A table of texts. The printer aligns columns of numbers. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Explains the table. */
  readonly note?: string;
}

/** A point of a chart, with an optional interval around y. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** An axis, linear unless `logarithmic` is set. */
export interface ChartAxis {
  readonly label: string;
  readonly logarithmic?: boolean;
}

/** Lines over a common axis. */
export interface Chart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly ChartPoint[];
    /** Whether the values are from the literature. They are drawn in another style. */
    readonly published?: boolean;
  }[];
}

/** The findings of an experiment, for readers (tables, charts, sentences) and for programs (`data`). */
export interface Findings {
  readonly title: string;
  /** The findings in sentences, each complete by itself. */
  readonly sentences: readonly string[];
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  readonly data: Json;
}
