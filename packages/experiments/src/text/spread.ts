import type { Summary } from '../statistics/summarize.js';

/** A mean, with the standard deviation if there is more than one measurement: `1.44 ± 0.05`. */
export function spread({ mean, deviation }: Pick<Summary, 'mean' | 'deviation'>, decimals = 2): string {
  return deviation === undefined
    ? mean.toFixed(decimals)
    : `${mean.toFixed(decimals)} ± ${deviation.toFixed(decimals)}`;
}
