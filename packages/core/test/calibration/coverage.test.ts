import { expect, it } from 'vitest';
import { applyRules, bandOf, classScores, conformalLimit, rowNoise } from '../../src/calibration/index.js';
import type { RegressionPrediction } from '../../src/index.js';
import { foldIn, key, normal, uniform } from '../../src/random/index.js';

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

/**
 * The share of new rows that is covered, and six of its deviations. Covered rows of a trial are beta-binomial with parameters k and
 * n + 1 − k; their sum over hundreds of trials is nearly normal.
 */
function expected(of: { rows: number; fresh: number; trials: number; coverage: number }) {
  const { rows, fresh, trials, coverage } = of;
  const a = Math.ceil((rows + 1) * coverage - 1e-9);
  const b = rows + 1 - a;
  const variance = (fresh * a * b * (a + b + fresh)) / ((a + b) ** 2 * (a + b + 1));
  return { mean: a / (a + b), reach: (6 * Math.sqrt(variance / trials)) / fresh };
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
  const { mean, reach } = expected({ rows, fresh, trials, coverage });
  expect(Math.abs(covered / (trials * fresh) - mean)).toBeLessThan(reach);
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

/** Two columns of numbers, and predictions that are wrong in mean, deviation and quantiles. */
function drawNumbers(seed: number, rows: number) {
  const of = (part: number) => normal(foldIn(key(seed), part), 2 * rows);
  const [means, noise, deviations] = [of(0), of(1), of(2)];
  const targets = Float32Array.from(means, (mean, i) => mean + Math.exp(deviations[i]) * (noise[i] + noise[i] ** 2));
  const about = { kind: 'regression', rows, outputs: 2, samples: 2, mean: means.map((mean) => mean + 0.3) } as const;
  const prediction: RegressionPrediction = {
    ...about,
    epistemicVariance: Float64Array.from(deviations, (each) => Math.exp(each)),
    aleatoricVariance: Float64Array.from(deviations, () => 0.1),
    quantiles: Float64Array.from(
      Array.from(means).flatMap((mean, i) => [mean - Math.exp(deviations[i]), mean + 3 * Math.exp(deviations[i])]),
    ),
  };
  return { targets, prediction };
}

it.each(['absolute', 'scaled', 'quantile'] as const)(
  'intervals of %s cover each column as often as they say',
  (score) => {
    const [trials, rows, fresh, coverage] = [150, 29, 30, 0.7];
    const covered = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const known = drawNumbers(2 * trial, rows);
      const { lower, upper, unit } = bandOf(known.prediction, { score });
      const limits = [0, 1].map((column) => {
        const own = Array.from({ length: rows }, (_, row) => 2 * row + column);
        const { targets } = known;
        return conformalLimit(
          own.map((i) => Math.max(lower[i] - targets[i], targets[i] - upper[i]) / unit[i]),
          coverage,
        );
      });
      const { targets, prediction } = drawNumbers(2 * trial + 1, fresh);
      const applied = applyRules(
        prediction,
        [{ kind: 'conformal', score, coverage, limits, rows }],
        {},
      ) as RegressionPrediction;
      targets.forEach((y, i) => {
        const { interval } = applied;
        if (interval && interval.lower[i] <= y && y <= interval.upper[i]) covered[i % 2]++;
      });
    }
    const { mean, reach } = expected({ rows, fresh, trials, coverage });
    for (const count of covered) expect(Math.abs(count / (trials * fresh) - mean)).toBeLessThan(reach);
  },
);
