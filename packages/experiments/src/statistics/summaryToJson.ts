import type { Json } from '../json.js';
import type { Summary } from './summarize.js';

/** A summary as JSON, with null for what a single measurement does not have. */
export function summaryToJson({ count, mean, deviation, interval }: Summary): { readonly [name: string]: Json } {
  return { count, mean, deviation: deviation ?? null, interval: interval ? [...interval] : null };
}
