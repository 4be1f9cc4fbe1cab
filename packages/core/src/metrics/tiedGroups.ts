/** Rows that have one score: the sum of the weights of those whose outcome is 1, and of those whose outcome is 0. */
export interface TiedGroup {
  readonly score: number;
  hits: number;
  misses: number;
}

/** Rows in groups of equal scores, ascending. Outcomes are 0 or 1. Rows of weight 0 are left out. */
export function tiedGroups(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): readonly TiedGroup[] {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[a] - scores[b]);
  const groups: TiedGroup[] = [];
  for (const row of order) {
    const weight = weights === undefined ? 1 : weights[row];
    if (weight === 0) continue;
    if (groups.at(-1)?.score !== scores[row]) groups.push({ score: scores[row], hits: 0, misses: 0 });
    groups[groups.length - 1][outcomes[row] === 1 ? 'hits' : 'misses'] += weight;
  }
  return groups;
}
