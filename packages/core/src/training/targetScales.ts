/**
 * By the names of outputs: how many units of its column one unit of a standardized target is, for each column of its targets. Metrics
 * are then in the units of the columns. Outputs without an entry are in those that training sees.
 */
export type TargetScales = ReadonlyMap<string, readonly number[]>;
