import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyRules, bandOf, classScores, conformalLimit, fitIsotonic } from '../../src/calibration/index.js';
import type { BinaryPrediction, ClassificationPrediction, RegressionPrediction } from '../../src/index.js';

interface Sets {
  readonly limit: number;
  readonly members: readonly number[];
}

type Score = 'threshold' | 'aps' | 'raps';

/** Written by scripts/reference/calibration.py, which says where the others differ by definition. */
const fixture: {
  readonly classes: readonly {
    readonly classes: number;
    readonly coverage: number;
    readonly penalty: number;
    readonly rank: number;
    readonly calibration: {
      readonly probabilities: readonly number[];
      readonly labels: readonly number[];
      readonly noise: readonly number[];
    };
    readonly fresh: { readonly probabilities: readonly number[]; readonly noise: readonly number[] };
    readonly mapie: Readonly<Record<'threshold' | 'aps', Sets>>;
    readonly torchUncertainty: Readonly<Record<Score, Sets & { readonly scores: readonly number[] }>>;
  }[];
  readonly numbers: readonly {
    readonly coverage: number;
    /** Mean, deviation, lower and upper quantile of each row. */
    readonly calibration: { readonly predictions: readonly number[]; readonly targets: readonly number[] };
    readonly fresh: { readonly predictions: readonly number[] };
    readonly intervals: Readonly<Record<'absolute' | 'scaled' | 'quantile', readonly number[]>>;
    readonly torchUncertaintyLimit: number;
  }[];
  readonly isotonic: readonly {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly weights?: readonly number[];
    readonly at: readonly number[];
    readonly values: readonly number[];
  }[];
  readonly oneAgainstAll: readonly {
    readonly classes: number;
    readonly calibration: { readonly probabilities: readonly number[]; readonly labels: readonly number[] };
    readonly fresh: { readonly probabilities: readonly number[]; readonly calibrated: readonly number[] };
  }[];
} = JSON.parse(readFileSync(new URL('../../fixtures/calibration.json', import.meta.url), 'utf8'));

/** Both compute in float64, and add up at most eleven probabilities. */
const within = 1e-14;

const rowsOf = (values: readonly number[], width: number) =>
  Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));

const noNoise = (rows: number): readonly number[] => Array.from({ length: rows }, () => 0);

describe.each(fixture.classes)('sets of $classes classes', ({ classes, coverage, penalty, rank, ...given }) => {
  const { calibration, fresh } = given;
  const known = rowsOf(calibration.probabilities, classes);
  const rows = rowsOf(fresh.probabilities, classes);
  const scoresOf = (score: Score, noise: readonly number[]) =>
    known.map((p, row) => classScores(p, { score, penalty, rank }, noise[row])[calibration.labels[row]]);

  it.each([
    ['threshold', false],
    ['aps', true],
  ] as const)('are those of MAPIE for %s (randomized: %s)', (score, isRandomized) => {
    const { limit, members } = given.mapie[score];
    const noise = isRandomized ? calibration.noise : noNoise(known.length);
    const own = conformalLimit(scoresOf(score, noise), coverage);
    expect(Math.abs(own - limit)).toBeLessThan(within);
    const held = rows.flatMap((p, row) =>
      Array.from(classScores(p, { score }, isRandomized ? fresh.noise[row] : 0), (each) => Number(each <= own)),
    );
    expect(held).toEqual(members);
  });

  it.each(['threshold', 'aps', 'raps'] as const)('have the scores of torch-uncertainty for %s', (score) => {
    const { limit, scores, members } = given.torchUncertainty[score];
    const own = rows.flatMap((p) => [...classScores(p, { score, penalty, rank })]);
    own.forEach((each, i) => {
      expect(Math.abs(each - scores[i])).toBeLessThan(within);
    });
    const prediction = classification(fresh.probabilities, classes);
    const rule = { kind: 'conformal', score, coverage, limits: [limit], rows: known.length, penalty, rank } as const;
    const applied = applyRules(prediction, [rule], {}) as ClassificationPrediction;
    expect([...(applied.sets?.members ?? [])]).toEqual(members);
    // Its limit lies between two ranks and leaves out the new row, so that it covers less.
    const sorted = scoresOf(score, noNoise(known.length)).sort((a, b) => a - b);
    const place = coverage * (known.length - 1);
    const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    expect(Math.abs(limit - (below + (place % 1) * (above - below)))).toBeLessThan(within);
    expect(conformalLimit(sorted, coverage)).toBeGreaterThanOrEqual(limit - within);
  });
});

describe.each(fixture.numbers)('intervals for a coverage of $coverage', (given) => {
  const known = regression(given.calibration.predictions);
  const { targets } = given.calibration;
  const { coverage } = given;
  const scoresOf = (score: 'absolute' | 'scaled' | 'quantile') => {
    const { lower, upper, unit } = bandOf(known, { score });
    return targets.map((y, i) => Math.max(lower[i] - y, y - upper[i]) / unit[i]);
  };

  it.each(['absolute', 'scaled', 'quantile'] as const)('are those of MAPIE for %s', (score) => {
    const limits = [conformalLimit(scoresOf(score), coverage)];
    const rule = { kind: 'conformal', score, coverage, limits, rows: targets.length } as const;
    const fresh = regression(given.fresh.predictions);
    const { interval } = applyRules(fresh, [rule], {}) as RegressionPrediction;
    rowsOf(given.intervals[score], 2).forEach(([from, to], row) => {
      // Bounds that cross are left crossed there.
      const [lower, upper] = from <= to ? [from, to] : [(from + to) / 2, (from + to) / 2];
      // Deviations are roots of sums of squares, some roundings more.
      const near = 1e-13 * Math.max(1, Math.abs(from), Math.abs(to));
      expect(Math.abs((interval?.lower[row] ?? Number.NaN) - lower)).toBeLessThan(near);
      expect(Math.abs((interval?.upper[row] ?? Number.NaN) - upper)).toBeLessThan(near);
    });
  });

  it('are a rank narrower than those of torch-uncertainty', () => {
    const sorted = scoresOf('quantile').sort((a, b) => a - b);
    const at = sorted.indexOf(conformalLimit(sorted, coverage));
    expect(Math.abs(sorted[at + 1] - given.torchUncertaintyLimit)).toBeLessThan(within);
  });
});

it.each(fixture.isotonic.map((given, i) => [i, given] as const))(
  'fits the isotonic function %i of scikit-learn',
  (_, given) => {
    const { x, y, weights, at, values } = given;
    const map = fitIsotonic(x, y, weights);
    const prediction = binary(at);
    const rule = { kind: 'isotonic', maps: [map], rows: x.length } as const;
    const { probabilities } = applyRules(prediction, [rule], {}) as BinaryPrediction;
    // `at` and probabilities are float32 in predictions: lines between points are at most as steep as 1 in the distance of two points.
    const steepest = Math.max(
      ...map.x.map((each, i) => (i === 0 ? 0 : (map.y[i] - map.y[i - 1]) / (each - map.x[i - 1]))),
    );
    values.forEach((value, i) => {
      expect(Math.abs(probabilities[i] - value)).toBeLessThan(2 ** -24 * (1 + 2 * steepest));
    });
  },
);

it.each(fixture.oneAgainstAll)(
  'calibrates $classes classes as scikit-learn does',
  ({ classes, calibration, fresh }) => {
    const known = rowsOf(calibration.probabilities, classes);
    const first = classes === 2 ? 1 : 0;
    const maps = Array.from({ length: classes - first }, (_, i) =>
      fitIsotonic(
        known.map((p) => p[first + i]),
        calibration.labels.map((label) => Number(label === first + i)),
      ),
    );
    const prediction = classification(fresh.probabilities, classes);
    const rule = { kind: 'isotonic', maps, rows: known.length } as const;
    const applied = applyRules(prediction, [rule], {}) as ClassificationPrediction;
    rowsOf(fresh.calibrated, classes).forEach((p, row) => {
      const own = applied.probabilities.subarray(row * classes, (row + 1) * classes);
      // Inputs and results are float32.
      p.forEach((value, c) => {
        expect(Math.abs(own[c] - value)).toBeLessThan(1e-6);
      });
      const entropy = p.reduce((sum, value) => sum - (value > 0 ? value * Math.log(value) : 0), 0);
      expect(Math.abs(applied.entropy[row] - entropy)).toBeLessThan(1e-5);
      expect(p[applied.labels[row]]).toBeGreaterThan(Math.max(...p) - 1e-6);
    });
  },
);

function classification(probabilities: readonly number[], classes: number): ClassificationPrediction {
  const rows = probabilities.length / classes;
  const labels = rowsOf(probabilities, classes).map((p) => p.indexOf(Math.max(...p)));
  return {
    ...{ kind: 'classification', rows, classes, samples: 0, probabilities: Float32Array.from(probabilities) },
    ...{ labels: Int32Array.from(labels), entropy: new Float64Array(rows), mutualInformation: new Float64Array(rows) },
  };
}

function binary(probabilities: readonly number[]): BinaryPrediction {
  const rows = probabilities.length;
  return {
    ...{ kind: 'binary', rows, outputs: 1, samples: 0, probabilities: Float32Array.from(probabilities) },
    ...{ labels: new Int32Array(rows), entropy: new Float64Array(rows), mutualInformation: new Float64Array(rows) },
  };
}

function regression(predictions: readonly number[]): RegressionPrediction {
  const rows = rowsOf(predictions, 4);
  return {
    ...{ kind: 'regression', rows: rows.length, outputs: 1, samples: 2 },
    mean: Float32Array.from(rows, ([mean]) => mean),
    epistemicVariance: Float64Array.from(rows, ([, deviation]) => 0.25 * deviation ** 2),
    aleatoricVariance: Float64Array.from(rows, ([, deviation]) => 0.75 * deviation ** 2),
    quantiles: Float64Array.from(rows.flatMap(([, , lower, upper]) => [lower, upper])),
  };
}
