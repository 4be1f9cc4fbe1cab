import type { Estimate } from './estimate.js';

/** Two-sided 95 % quantile of the standard normal distribution. */
const normalQuantile = 1.959963984540054;

/** The 95 % interval of an estimate from many repetitions; empty if its error is not known. */
export function interval({ value, error }: Estimate): { readonly low?: number; readonly high?: number } {
  if (!Number.isFinite(error)) return {};
  return { low: value - normalQuantile * error, high: value + normalQuantile * error };
}
