import type { Json } from './json.js';

/** A table whose cells are shown as they are; columns of numbers are aligned by whoever shows it. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What has to be known to read it. */
  readonly note?: string;
}

/** A point of a chart, with an interval around y where there is one. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** An axis; logarithmic where `logarithmic` is set. */
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
    /** Figures from the literature are drawn apart from those measured here. */
    readonly published?: boolean;
  }[];
}

/** What follows from an experiment, for readers (tables, charts, sentences) and for programs (`data`). */
export interface Findings {
  readonly title: string;
  /** Sentences that say what was found; each stands by itself. */
  readonly sentences: readonly string[];
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  readonly data: Json;
}
