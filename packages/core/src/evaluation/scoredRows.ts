/** A head's targets with what was predicted for them. */
export interface ScoredRows<Prediction> {
  readonly prediction: Prediction;
  /** As `readDataset` gives them: labels `[rows]`, or `[rows, …targetShape]` with NaN for missing ones. */
  readonly targets: ArrayLike<number>;
  readonly weights: ArrayLike<number> | undefined;
  /** Nats per row. */
  readonly nll: number;
}

/** The targets that are not missing: their indices in all targets, and the weights of their rows. */
export interface PresentTargets {
  readonly indices: readonly number[];
  readonly weights: readonly number[] | undefined;
}

/** Finds the targets that are not missing, or only those of one column. */
export function presentTargets(
  { targets, weights }: Pick<ScoredRows<unknown>, 'targets' | 'weights'>,
  columns: number,
  column?: number,
): PresentTargets {
  const indices: number[] = [];
  for (let i = column ?? 0; i < targets.length; i += column === undefined ? 1 : columns)
    if (!Number.isNaN(targets[i])) indices.push(i);
  return { indices, weights: weights && indices.map((i) => weights[Math.floor(i / columns)]) };
}

/** The mean of `values`, weighted where there are weights. */
export function weightedMean(values: readonly number[], weights: ArrayLike<number> | undefined): number {
  let sum = 0;
  let total = 0;
  values.forEach((value, i) => {
    const weight = weights?.[i] ?? 1;
    sum += weight * value;
    total += weight;
  });
  return sum / total;
}
