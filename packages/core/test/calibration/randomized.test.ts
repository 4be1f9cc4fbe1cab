import { expect, it } from 'vitest';
import { classScores, conformalLimit, rowNoise } from '../../src/calibration/index.js';
import { key, uniform } from '../../src/random/index.js';

const classes = 5;

/** Probabilities of classes that are far from even, and labels that are drawn from others, as those of a network that is wrong. */
function draw(seed: number, rows: number) {
  const numbers = uniform(key(seed), rows * (classes + 1));
  return Array.from({ length: rows }, (_, row) => {
    const own = numbers.subarray(row * (classes + 1), (row + 1) * (classes + 1));
    const odds = Array.from(own.subarray(1), (u) => u ** 3 + 0.01);
    const sum = odds.reduce((total, each) => total + each, 0);
    const probabilities = odds.map((each) => each / sum);
    let left = own[0] * probabilities.reduce((total, p) => total + p ** 0.5, 0);
    const label = probabilities.findIndex((p) => {
      left -= p ** 0.5;
      return left <= 0;
    });
    return { probabilities, label: label === -1 ? classes - 1 : label };
  });
}

it.each([
  ['aps', 0.8],
  ['raps', 0.65],
] as const)('randomized scores of %s cover %d of new rows, not more', (score, coverage) => {
  const [trials, rows, fresh] = [250, 39, 40];
  const rule = { score, penalty: 0.1, rank: 2 };
  let [covered, coveredPlain] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const all = draw(trial, rows + fresh);
    const known = all.slice(0, rows);
    const noise = rowNoise(rows, { seed: trial, calibration: true });
    const ofNew = rowNoise(fresh, { seed: trial });
    const scoreOf = ({ probabilities, label }: (typeof all)[0], u: number) =>
      classScores(probabilities, rule, u)[label];
    const limit = conformalLimit(
      known.map((each, i) => scoreOf(each, noise[i])),
      coverage,
    );
    const plain = conformalLimit(
      known.map((each) => scoreOf(each, 0)),
      coverage,
    );
    all.slice(rows).forEach((each, i) => {
      if (scoreOf(each, ofNew[i]) <= limit) covered++;
      if (scoreOf(each, 0) <= plain) coveredPlain++;
    });
  }
  // Covered rows of a trial are beta-binomial with parameters k and n + 1 − k. The sums of 250 trials are nearly normal: six deviations.
  const k = Math.ceil((rows + 1) * coverage - 1e-9);
  const [a, b] = [k, rows + 1 - k];
  const variance = (fresh * a * b * (a + b + fresh)) / ((a + b) ** 2 * (a + b + 1));
  const reach = (6 * Math.sqrt(variance / trials)) / fresh;
  expect(Math.abs(covered / (trials * fresh) - a / (a + b))).toBeLessThan(reach);
  // Without noise many scores are 1, so that no less is covered.
  expect(coveredPlain / (trials * fresh)).toBeGreaterThan(coverage - reach);
});

it('has noise of each row, and other noise for calibration', () => {
  const noise = rowNoise(9, { seed: 4 });
  expect([...rowNoise(5, { seed: 4, row: 4 })]).toEqual([...noise.subarray(4)]);
  expect([...rowNoise(9, { seed: 5 })]).not.toEqual([...noise]);
  const others = rowNoise(9, { seed: 4, calibration: true });
  expect(noise.filter((u, i) => u === others[i])).toHaveLength(0);
});
