import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accuracy,
  areaUnderRocCurve,
  averagePrecision,
  binaryCalibrationError,
  brierScore,
  errorRate,
  evaluateClassification,
  expectedCalibrationError,
  intervalCoverage,
  intervalWidth,
  negativeLogLikelihood,
  normalCrps,
  pitHistogram,
  rootMeanSquaredError,
  sampleCrps,
  topKAccuracy,
} from '../../src/index.js';
import { columnOf, eighths, rowsOf } from './rows.js';

describe('weights of rows', () => {
  /** Every metric, of rows with two columns. */
  const metrics: Readonly<Record<string, (rows: readonly Row[], weights?: ArrayLike<number>) => number>> = {
    accuracy: (rows, weights) => accuracy(columnOf(rows, 'predicted'), columnOf(rows, 'label'), { weights }),
    errorRate: (rows, weights) => errorRate(columnOf(rows, 'predicted'), columnOf(rows, 'label'), { weights }),
    topKAccuracy: (rows, weights) => topKAccuracy(twoOf(rows), columnOf(rows, 'label'), { classes: 2, k: 1, weights }),
    brierScore: (rows, weights) => brierScore(twoOf(rows), columnOf(rows, 'label'), { classes: 2, weights }),
    negativeLogLikelihood: (rows, weights) =>
      negativeLogLikelihood(twoOf(rows), columnOf(rows, 'label'), { classes: 2, weights }),
    equalWidth: (rows, weights) =>
      expectedCalibrationError(twoOf(rows), columnOf(rows, 'label'), { classes: 2, bins: 5, weights }).ece,
    equalMass: (rows, weights) =>
      binaryCalibrationError(columnOf(rows, 'p'), columnOf(rows, 'label'), { bins: 4, binning: 'equalMass', weights })
        .ece,
    areaUnderRocCurve: (rows, weights) => areaUnderRocCurve(columnOf(rows, 'p'), columnOf(rows, 'label'), { weights }),
    averagePrecision: (rows, weights) => averagePrecision(columnOf(rows, 'p'), columnOf(rows, 'label'), { weights }),
    rootMeanSquaredError: (rows, weights) =>
      rootMeanSquaredError(
        rows.flatMap(({ a }) => a),
        rows.flatMap(({ b }) => b),
        { weights },
      ),
    normalCrps: (rows, weights) =>
      normalCrps(
        { mean: rows.flatMap(({ a }) => a), deviation: rows.flatMap(({ p }) => [p, 2]) },
        rows.flatMap(({ b }) => b),
        { weights },
      ),
    sampleCrps: (rows, weights) =>
      sampleCrps(
        [...rows.flatMap(({ a }) => a), ...rows.flatMap(({ p }) => [p, 1])],
        rows.flatMap(({ b }) => b),
        { weights },
      ),
    intervalCoverage: (rows, weights) =>
      intervalCoverage(
        rows.flatMap(({ a }) => [a[0], 0]),
        rows.flatMap(({ a, p }) => [a[0] + p, 1]),
        rows.flatMap(({ b }) => b),
        { weights },
      ),
    intervalWidth: (rows, weights) =>
      intervalWidth(
        rows.flatMap(({ a }) => [a[0], 0]),
        rows.flatMap(({ a, p }) => [a[0] + p, 1]),
        { weights },
      ),
    pitHistogram: (rows, weights) => pitHistogram(columnOf(rows, 'p'), { bins: 4, weights })[1].share,
  };
  interface Row {
    readonly p: number;
    readonly predicted: number;
    readonly label: number;
    readonly a: readonly [number, number];
    readonly b: readonly [number, number];
    readonly times: number;
  }
  const twoOf = (rows: readonly Row[]) => rows.flatMap(({ p }) => [1 - p, p]);
  const bit = fc.integer({ min: 0, max: 1 });
  const row: fc.Arbitrary<Row> = fc.record({
    p: eighths(0, 1),
    predicted: bit,
    label: bit,
    a: fc.tuple(eighths(-2, 2), eighths(-2, 2)),
    b: fc.tuple(eighths(-2, 2), eighths(-2, 2)),
    times: fc.integer({ min: 0, max: 3 }),
  });
  const weighted = rowsOf(row, 2).filter(
    (rows) => new Set(rows.flatMap(({ times, label }) => (times > 0 ? [label] : []))).size === 2,
  );

  it.each(Object.entries(metrics))('of %s count rows several times, or not at all, and may be scaled', (_, metric) => {
    fc.assert(
      fc.property(weighted, (rows) => {
        const repeated = rows.flatMap((each) => Array<Row>(each.times).fill(each));
        const weights = columnOf(rows, 'times');
        expect(metric(rows, weights)).toBeCloseTo(metric(repeated), 12);
        expect(
          metric(
            rows,
            Float32Array.from(weights, (weight) => weight / 4),
          ),
        ).toBeCloseTo(metric(repeated), 12);
        expect(
          metric(
            rows,
            rows.map(() => 1),
          ),
        ).toBeCloseTo(metric(rows, undefined), 12);
      }),
    );
  });

  it.each([
    ['VARDROP_TYPE', 3],
    ['VARDROP_TYPE', null],
    ['VARDROP_TYPE', [1, '1', 1]],
    ['VARDROP_EMPTY', []],
    ['VARDROP_SHAPE', [1, 1, 1, 1]],
    ['VARDROP_SHAPE', [1, 1, 1, 1, 1]],
    ['VARDROP_WEIGHT', [1, -1, 1]],
    ['VARDROP_WEIGHT', [1, Number.NaN, 1]],
    ['VARDROP_WEIGHT', [Number.POSITIVE_INFINITY, 1, 1]],
    ['VARDROP_WEIGHT', [0, 0, 0]],
  ])('throw %s if they are %j', (code, weights) => {
    const three = [0, 1, 1].map((label): Row => ({ p: 0.25, predicted: 0, label, a: [0, 1], b: [1, 2], times: 1 }));
    for (const [name, metric] of Object.entries(metrics)) {
      expect(() => metric(three, weights as readonly number[]), name).toThrow(expect.objectContaining({ code }));
    }
  });

  it('count in every metric of a prediction', () => {
    const labels = [1, 0, 1];
    const prediction = {
      kind: 'classification',
      rows: 3,
      classes: 2,
      samples: 0,
      probabilities: Float32Array.of(0.25, 0.75, 0.5, 0.5, 0.75, 0.25),
      labels: Int32Array.of(1, 0, 0),
      entropy: new Float64Array(3),
      mutualInformation: new Float64Array(3),
    } as const;
    const without = (row: number) => (_: number, i: number) => Math.floor(i / 2) !== row;
    const two = {
      ...prediction,
      rows: 2,
      probabilities: prediction.probabilities.filter(without(2)),
      labels: prediction.labels.slice(0, 2),
    };
    const options = { bins: 3, binning: 'equalMass' } as const;
    expect(evaluateClassification(prediction, labels, { ...options, weights: [1, 1, 0] })).toEqual(
      evaluateClassification(two, [1, 0], options),
    );
  });
});
