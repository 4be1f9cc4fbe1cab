import type { Difference, LawResult, PairDifferences } from '@vardrop/conformance';

const columns = [
  { title: 'law', width: 24 },
  { title: 'cases', width: 7 },
  { title: 'skipped', width: 8 },
  { title: 'worst', width: 8 },
  { title: 'median', width: 9 },
  { title: 'time', width: 9 },
] as const;

function row(cells: readonly string[], end: string): string {
  const padded = cells.map((cell, i) => (i === 0 ? cell.padEnd(columns[i].width) : cell.padStart(columns[i].width)));
  return `${padded.join('')}  ${end}\n`;
}

/** A ratio of error to bound in few characters. */
function ratio(value: number): string {
  if (value === 0) return '–';
  return value >= 0.001 ? value.toFixed(3) : value.toExponential(0);
}

/** The heading over `lawLine`s: worst and median are of error over bound. */
export function lawHeading(): string {
  return row(
    columns.map(({ title }) => title),
    'result',
  );
}

/** One law's result as a line. */
export function lawLine(result: LawResult): string {
  const { id, cases, skipped, worstRatio, medianRatio, seconds, failed, deviceLosses } = result;
  const cells = [id, `${cases}`, `${skipped}`, ratio(worstRatio), ratio(medianRatio), `${seconds.toFixed(1)} s`];
  const outcome = failed === 0 ? 'pass' : `FAIL (${failed})`;
  return row(cells, deviceLosses === 0 ? outcome : `${outcome}, run again after the device was lost`);
}

/** For each statistical law, the smallest effects that it would have seen; empty without any. */
export function smallestEffects(results: readonly LawResult[]): string {
  const lines = results.flatMap(({ id, smallestEffects: effects }) => {
    const parts = Object.entries(effects).map(([name, part]) => `${name} ${(100 * part).toPrecision(2)} %`);
    return parts.length === 0 ? [] : [`  ${id}: ${parts.join(', ')}`];
  });
  return lines.length === 0 ? '' : `\nsmallest effects seen (of a deviation, a variance, or 1):\n${lines.join('\n')}\n`;
}

/** The largest relative differences of a quantity between each two backends, as a matrix; `!` marks those out of bound. */
export function acrossTable(
  quantity: string,
  names: readonly string[],
  pairs: readonly (readonly PairDifferences[])[],
  pick: (pair: PairDifferences) => Difference,
): string {
  const width = Math.max(11, ...names.map((name) => name.length + 2));
  const line = (cells: readonly string[]) =>
    `${cells.map((cell, i) => (i === 0 ? cell.padEnd(width) : cell.padStart(width))).join('')}\n`;
  const rows = names.map((name, i) =>
    line([
      name,
      ...pairs[i].map((pair, j) => {
        const { largest, ratio: overBound } = pick(pair);
        return i === j ? '–' : `${largest.toExponential(1)}${overBound <= 1 ? '' : ' !'}`;
      }),
    ]),
  );
  return `largest relative difference in ${quantity}\n${line(['', ...names])}${rows.join('')}\n`;
}
