import type { Json } from '@vardrop/experiments';
import type { ReproductionReport } from './reproductionReport.js';

/** What `vardrop reproduce --json` writes. */
export interface ReproductionJson {
  readonly format: 'vardrop reproduction';
  readonly version: 1;
  readonly interrupted: boolean;
  readonly experiments: readonly {
    readonly name: string;
    readonly configuration: Json;
    readonly trials: number;
    readonly done: number;
    readonly sentences: readonly string[];
    /** The findings for programs. */
    readonly data: Json;
  }[];
}

/** @returns the machine-readable findings; they depend on configuration, backend and data alone, timings apart. */
export function reproductionJson(report: ReproductionReport): ReproductionJson {
  return {
    format: 'vardrop reproduction',
    version: 1,
    interrupted: report.interrupted,
    experiments: report.experiments.map(({ name, configuration, trials, done, findings }) => ({
      name,
      configuration,
      trials,
      done,
      sentences: findings.sentences,
      data: findings.data,
    })),
  };
}
