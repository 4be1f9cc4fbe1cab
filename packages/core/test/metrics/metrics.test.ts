import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  brierScore,
  type ClassificationPrediction,
  errorRate,
  evaluateClassification,
  evaluateRegression,
  expectedCalibrationError,
  gaussianNegativeLogLikelihood,
  negativeLogLikelihood,
  type RegressionPrediction,
  rootMeanSquaredError,
} from '../../src/index.js';

const probabilities = new Float32Array([0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 0, 0, 1]);

/** Rows of probabilities that are exact in float32, and a label for each. */
const predictions = fc
  .record({ rows: fc.integer({ min: 1, max: 30 }), classes: fc.integer({ min: 2, max: 5 }) })
  .chain(({ rows, classes }) =>
    fc.record({
      classes: fc.constant(classes),
      weights: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: rows * classes, maxLength: rows * classes }),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows }),
    }),
  )
  .map(({ classes, weights, labels }) => {
    const p = Float32Array.from(weights, (_, i) => {
      const row = weights.slice(Math.floor(i / classes) * classes, (Math.floor(i / classes) + 1) * classes);
      const sum = row.reduce((a, b) => a + b, 0);
      return sum === 0 ? 1 / classes : weights[i] / sum;
    });
    return { classes, probabilities: p, labels };
  });

describe('classification', () => {
  it('has the values worked out by hand', () => {
    // Labels 0, 0, 2 of the rows (½, ¼, ¼), (⅛, ¾, ⅛), (0, 0, 1).
    const labels = [0, 0, 2];
    expect(negativeLogLikelihood(probabilities, labels, { classes: 3 })).toBeCloseTo(Math.log(16) / 3, 14);
    expect(brierScore(probabilities, labels, { classes: 3 })).toBe((0.375 + (0.765625 + 0.5625 + 0.015625) + 0) / 3);
    expect(errorRate([0, 1, 2], labels)).toBe(1 / 3);
    const { ece, bins } = expectedCalibrationError(probabilities, labels, { classes: 3, bins: 4 });
    expect(bins.map(({ count }) => count)).toEqual([0, 1, 1, 1]);
    expect(bins[1]).toEqual({ lower: 0.25, upper: 0.5, count: 1, accuracy: 1, confidence: 0.5 });
    expect(bins[2]).toEqual({ lower: 0.5, upper: 0.75, count: 1, accuracy: 0, confidence: 0.75 });
    expect(bins[0]).toMatchObject({ accuracy: 0, confidence: 0 });
    expect(ece).toBeCloseTo((0.5 + 0.75 + 0) / 3, 14);
  });

  it('puts 87.3 nats on a label of probability 0, as on any that float32 has no normal number for', () => {
    const most = -Math.log(2 ** -126);
    expect(negativeLogLikelihood(new Float32Array([0, 1]), [0], { classes: 2 })).toBe(most);
    expect(negativeLogLikelihood(new Float32Array([2 ** -140, 1]), [0], { classes: 2 })).toBe(most);
    expect(negativeLogLikelihood(new Float32Array([2 ** -125, 1]), [0], { classes: 2 })).toBeLessThan(most);
  });

  it('keeps within its ranges, and its bins add up', () => {
    fc.assert(
      fc.property(predictions, fc.integer({ min: 1, max: 20 }), ({ probabilities: p, labels, classes }, count) => {
        const rows = labels.length;
        const { ece, bins } = expectedCalibrationError(p, labels, { classes, bins: count });
        expect(bins).toHaveLength(count);
        expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(rows);
        for (const bin of bins) {
          if (bin.count === 0) continue;
          // Sums of numbers within the bin; the division rounds once.
          expect(bin.confidence).toBeGreaterThan(bin.lower - 1e-12);
          expect(bin.confidence).toBeLessThan(bin.upper + 1e-6);
        }
        const again = bins.reduce((sum, bin) => sum + (bin.count / rows) * Math.abs(bin.accuracy - bin.confidence), 0);
        expect(ece).toBeCloseTo(again, 12);
        const predicted = labels.map((_, row) => {
          const own = [...p.subarray(row * classes, (row + 1) * classes)];
          return own.indexOf(Math.max(...own));
        });
        const right = bins.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0);
        expect(errorRate(predicted, labels)).toBeCloseTo(1 - right / rows, 12);
        expect(brierScore(p, labels, { classes })).toBeGreaterThanOrEqual(0);
        expect(brierScore(p, labels, { classes })).toBeLessThanOrEqual(2 + 1e-6);
        expect(negativeLogLikelihood(p, labels, { classes })).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(predictions, ({ probabilities: p, labels, classes }) => {
        const order = labels.map((_, row) => labels.length - 1 - row);
        const shuffled = Float32Array.from(order.flatMap((row) => [...p.subarray(row * classes, (row + 1) * classes)]));
        const shuffledLabels = order.map((row) => labels[row]);
        expect(brierScore(shuffled, shuffledLabels, { classes })).toBeCloseTo(brierScore(p, labels, { classes }), 12);
        expect(negativeLogLikelihood(shuffled, shuffledLabels, { classes })).toBeCloseTo(
          negativeLogLikelihood(p, labels, { classes }),
          10,
        );
        expect(expectedCalibrationError(shuffled, shuffledLabels, { classes }).ece).toBeCloseTo(
          expectedCalibrationError(p, labels, { classes }).ece,
          12,
        );
      }),
    );
  });

  it('evaluates a prediction', () => {
    const prediction: ClassificationPrediction = {
      kind: 'classification',
      rows: 3,
      classes: 3,
      samples: 0,
      probabilities,
      labels: Int32Array.of(0, 1, 2),
      entropy: new Float64Array(3),
      mutualInformation: new Float64Array(3),
    };
    const labels = Uint8Array.of(0, 0, 2);
    const metrics = evaluateClassification(prediction, labels, { bins: 4 });
    expect(metrics).toEqual({
      error: 1 / 3,
      nll: negativeLogLikelihood(probabilities, labels, { classes: 3 }),
      brier: brierScore(probabilities, labels, { classes: 3 }),
      ece: expectedCalibrationError(probabilities, labels, { classes: 3, bins: 4 }).ece,
      reliability: expectedCalibrationError(probabilities, labels, { classes: 3, bins: 4 }).bins,
    });
    expect(evaluateClassification(prediction, labels).reliability).toHaveLength(15);
  });

  it.each([
    ['VARDROP_EMPTY', [], {}],
    ['VARDROP_SHAPE', [0, 1], {}],
    ['VARDROP_SHAPE', [0, 0, 0, 0, 0, 0, 0, 0, 0], {}],
    ['VARDROP_LABEL', [0, 3, 0], {}],
    ['VARDROP_LABEL', [0, 1, -1], {}],
    ['VARDROP_LABEL', [0.5, 1, 1], {}],
    ['VARDROP_TYPE', [0, null, 1], {}],
    ['VARDROP_TYPE', ['0', '1', '1'], {}],
    ['VARDROP_OPTION', [0, 1, 1], { classes: 1 }],
    ['VARDROP_OPTION', [0, 1, 1], { classes: undefined }],
    ['VARDROP_OPTION', [0, 1, 1], { bin: 3 }],
  ])('throws %s for the labels %j and the options %j', (code, labels, options) => {
    for (const metric of [negativeLogLikelihood, brierScore, expectedCalibrationError]) {
      const loose = metric as (...given: readonly unknown[]) => unknown;
      expect(() => loose(probabilities, labels, { classes: 3, ...options })).toThrow(expect.objectContaining({ code }));
    }
  });

  it.each([0, 2.5, '4'])('throws for %j bins', (bins) => {
    const options = { classes: 3, bins: bins as number };
    expect(() => expectedCalibrationError(probabilities, [0, 0, 2], options)).toThrow(
      expect.objectContaining({ code: 'VARDROP_OPTION' }),
    );
  });

  it('never guesses the number of classes from the number of labels', () => {
    fc.assert(
      fc.property(predictions, fc.integer({ min: 1, max: 200 }), ({ probabilities: p, labels, classes }, other) => {
        fc.pre(other !== labels.length);
        const given = new Uint8Array(other);
        const rows = labels.length;
        const prediction: ClassificationPrediction = {
          kind: 'classification',
          rows,
          classes,
          samples: 1,
          probabilities: p,
          labels: Int32Array.from(labels),
          entropy: new Float64Array(rows),
          mutualInformation: new Float64Array(rows),
        };
        const shape = expect.objectContaining({ code: 'VARDROP_SHAPE' });
        for (const metric of [negativeLogLikelihood, brierScore, expectedCalibrationError]) {
          expect(() => metric(p, given, { classes })).toThrow(shape);
        }
        expect(() => errorRate(prediction.labels, given)).toThrow(shape);
        expect(() => evaluateClassification(prediction, given)).toThrow(shape);
      }),
    );
  });

  it('counts errors of as many labels as predictions only', () => {
    expect(() => errorRate([0, 1], [0])).toThrow(expect.objectContaining({ code: 'VARDROP_SHAPE' }));
    expect(() => errorRate([], [])).toThrow(expect.objectContaining({ code: 'VARDROP_EMPTY' }));
    const loose = errorRate as (...given: readonly unknown[]) => unknown;
    for (const labels of [
      ['0', '1'],
      [0, null],
      [0, true],
    ]) {
      expect(() => loose([0, 1], labels)).toThrow(expect.objectContaining({ code: 'VARDROP_TYPE' }));
    }
  });
});

describe('regression', () => {
  const prediction: RegressionPrediction = {
    kind: 'regression',
    rows: 2,
    outputs: 2,
    samples: 4,
    mean: Float32Array.of(1, 2, 3, 4),
    epistemicVariance: Float64Array.of(0.5, 0, 1, 3),
    aleatoricVariance: Float64Array.of(0.5, 1, 0.5, 1),
  };

  it('has the values worked out by hand', () => {
    const targets = [1, 3, 3, 0];
    expect(rootMeanSquaredError(prediction.mean, targets)).toBe(Math.sqrt(17 / 4));
    // Variances 1, 1, 1.5, 4; squared residuals 0, 1, 0, 16.
    const nll = 0.5 * (4 * Math.log(2 * Math.PI) + Math.log(1.5 * 4) + 0 + 1 + 0 + 4);
    expect(gaussianNegativeLogLikelihood(prediction, targets)).toBeCloseTo(nll / 2, 14);
    expect(evaluateRegression(prediction, targets)).toEqual({
      rmse: rootMeanSquaredError(prediction.mean, targets),
      nll: gaussianNegativeLogLikelihood(prediction, targets),
    });
  });

  it.each([
    ['VARDROP_EMPTY', []],
    ['VARDROP_SHAPE', [1, 2]],
    ['VARDROP_NON_FINITE', [1, 2, Number.NaN, 4]],
    ['VARDROP_TYPE', [1, 2, null, 4]],
    ['VARDROP_TYPE', [1, 2, '3', 4]],
  ])('throws %s for the targets %j', (code, targets) => {
    const given = targets as readonly number[];
    for (const metric of [evaluateRegression, gaussianNegativeLogLikelihood]) {
      expect(() => metric(prediction, given)).toThrow(expect.objectContaining({ code }));
    }
    expect(() => rootMeanSquaredError(prediction.mean, given)).toThrow(expect.objectContaining({ code }));
  });

  it('names the row and the column of a missing target', () => {
    const targets = [1, 2, 3, null] as readonly number[];
    expect(() => evaluateRegression(prediction, targets)).toThrow(/got null in row 1, column 1/);
  });
});
