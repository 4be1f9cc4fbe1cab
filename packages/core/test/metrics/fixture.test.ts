import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  accuracy,
  areaUnderRocCurve,
  averagePrecision,
  binaryCalibrationError,
  brierScore,
  errorRate,
  expectedCalibrationError,
  falsePositiveRate,
  intervalCoverage,
  intervalScore,
  intervalWidth,
  negativeLogLikelihood,
  normalCrps,
  pitHistogram,
  rocCurve,
  rootMeanSquaredError,
  sampleCrps,
  topKAccuracy,
} from '../../src/index.js';

type Numbers = readonly number[];

interface Weighted {
  readonly weights?: Numbers;
}

interface Fixture {
  readonly classification: readonly (Weighted & {
    readonly classes: number;
    readonly probabilities: Numbers;
    readonly labels: Numbers;
    readonly predicted: Numbers;
    readonly expected: {
      readonly accuracy: number;
      readonly topK: Numbers;
      readonly brier: number;
      readonly nll?: number;
      readonly equalWidth?: readonly (readonly [bins: number, ece: number])[];
    };
  })[];
  readonly calibration: readonly {
    readonly probabilities: Numbers;
    readonly labels: Numbers;
    readonly expected: readonly ({ readonly bins: number; readonly ece: number } & Readonly<
      Record<'equalWidth' | 'equalMass', Readonly<Record<'accuracy' | 'confidence', Numbers>>>
    >)[];
  }[];
  readonly binary: readonly (Weighted & {
    readonly scores: Numbers;
    readonly labels: Numbers;
    readonly expected: {
      readonly area: number;
      readonly averagePrecision: number;
      readonly falseAt: readonly (readonly [rate: number, falsePositiveRate: number])[];
      readonly roc: Readonly<Record<'thresholds' | 'false' | 'true', Numbers>>;
    };
  })[];
  readonly regression: readonly (Weighted &
    Readonly<Record<'targets' | 'mean' | 'deviation' | 'samples' | 'lower' | 'upper', Numbers>> & {
      readonly expected: Readonly<Record<'rmse' | 'normalCrps' | 'sampleCrps' | 'coverage' | 'width', number>> & {
        readonly intervalScore: readonly (readonly [coverage: number, score: number])[];
      };
    })[];
  readonly transforms: readonly (Weighted & { readonly bins: number } & Readonly<
      Record<'normal' | 'below' | 'at', Numbers>
    > & { readonly expected: Readonly<Record<'normal' | 'poisson' | 'middle', Numbers>> })[];
}

/** Written by scripts/reference/metrics.py: scikit-learn, torchmetrics, scoringrules and scipy in float64. */
const fixture: Fixture = JSON.parse(readFileSync(new URL('../../fixtures/metrics.json', import.meta.url), 'utf8'));

/** Sums of up to 200 float64 numbers, in another order: 200 · 2⁻⁵³ of the sum of their sizes, twice. */
const tolerance = 5e-14;

const near = (got: number, wanted: number) => {
  expect(Math.abs(got - wanted), `${got} for ${wanted}`).toBeLessThan(tolerance * (1 + Math.abs(wanted)));
};

const allNear = (got: readonly number[], wanted: readonly number[]) => {
  expect(got).toHaveLength(wanted.length);
  for (const [i, value] of got.entries()) near(value, wanted[i]);
};

describe.each(fixture.classification)('classification %$', (given) => {
  const { classes, probabilities, labels, predicted, weights, expected } = given;
  const options = { classes, weights };

  it('has the values of scikit-learn', () => {
    near(accuracy(predicted, labels, { weights }), expected.accuracy);
    near(errorRate(predicted, labels, { weights }), 1 - expected.accuracy);
    for (const [i, value] of expected.topK.entries()) {
      near(topKAccuracy(probabilities, labels, { ...options, k: i + 1 }), value);
    }
    near(brierScore(probabilities, labels, options), expected.brier);
    if (expected.nll !== undefined) near(negativeLogLikelihood(probabilities, labels, options), expected.nll);
    for (const [bins, value] of expected.equalWidth ?? []) {
      near(expectedCalibrationError(probabilities, labels, { classes, bins }).ece, value);
    }
  });
});

describe.each(fixture.calibration)('calibration %$', (given) => {
  it('has the bins of scikit-learn and the error of torchmetrics', () => {
    for (const { bins, ece, ...wanted } of given.expected) {
      for (const binning of ['equalWidth', 'equalMass'] as const) {
        const got = binaryCalibrationError(given.probabilities, given.labels, { bins, binning });
        const filled = got.bins.filter(({ count }) => count > 0);
        allNear(
          filled.map((bin) => bin.accuracy),
          wanted[binning].accuracy,
        );
        allNear(
          filled.map((bin) => bin.confidence),
          wanted[binning].confidence,
        );
        if (binning === 'equalWidth') near(got.ece, ece);
      }
    }
  });
});

describe.each(fixture.binary)('binary %$', (given) => {
  const { scores, labels, weights, expected } = given;

  it('has the values of scikit-learn', () => {
    near(areaUnderRocCurve(scores, labels, { weights }), expected.area);
    near(averagePrecision(scores, labels, { weights }), expected.averagePrecision);
    for (const [truePositiveRate, value] of expected.falseAt)
      near(falsePositiveRate(scores, labels, { truePositiveRate, weights }), value);
    const [first, ...points] = rocCurve(scores, labels, { weights });
    expect(first.threshold).toBe(Number.POSITIVE_INFINITY);
    expect(points.map(({ threshold }) => threshold)).toEqual(expected.roc.thresholds);
    allNear(
      [first, ...points].map(({ falsePositiveRate }) => falsePositiveRate),
      expected.roc.false,
    );
    allNear(
      [first, ...points].map(({ truePositiveRate }) => truePositiveRate),
      expected.roc.true,
    );
  });
});

describe.each(fixture.regression)('regression %$', (given) => {
  const { targets, mean, deviation, samples, lower, upper, weights, expected } = given;

  it('has the values of scikit-learn, scoringrules and numpy', () => {
    near(rootMeanSquaredError(mean, targets, { weights }), expected.rmse);
    near(normalCrps({ mean, deviation }, targets, { weights }), expected.normalCrps);
    near(sampleCrps(samples, targets, { weights }), expected.sampleCrps);
    near(intervalCoverage(lower, upper, targets, { weights }), expected.coverage);
    near(intervalWidth(lower, upper, { weights }), expected.width);
    for (const [coverage, value] of expected.intervalScore)
      near(intervalScore(lower, upper, targets, { coverage, weights }), value);
  });
});

describe.each(fixture.transforms)('transforms %$', (given) => {
  const { bins, normal, below, at, weights, expected } = given;
  const shares = (values: readonly number[], from?: readonly number[]) =>
    pitHistogram(values, { bins, below: from, weights }).map(({ share }) => share);

  it('has the histograms of numpy', () => {
    allNear(shares(normal), expected.normal);
    allNear(shares(at, below), expected.poisson);
    allNear(shares(at.map((value, i) => (value + below[i]) / 2)), expected.middle);
  });
});
