import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areaUnderRiskCoverageCurve,
  areaUnderRocCurve,
  averagePrecision,
  binaryCalibrationError,
  expectedCalibrationError,
  intervalCoverage,
  intervalWidth,
  normalCrps,
  pitHistogram,
  riskCoverageCurve,
  rocCurve,
  rootMeanSquaredError,
  sampleCrps,
  topKAccuracy,
} from '../../src/index.js';
import { columnOf, eighths, rowsOf } from './rows.js';

/** Rows with scores that tie often, and both labels among them. */
const scored = rowsOf(fc.record({ score: eighths(-1, 1), label: fc.integer({ min: 0, max: 1 }) }), 2).filter(
  (rows) => new Set(columnOf(rows, 'label')).size === 2,
);

const probabilities = rowsOf(fc.record({ score: eighths(0, 1), label: fc.integer({ min: 0, max: 1 }) }));

/** All orders of things. */
const ordersOf = <T>(things: readonly T[]): readonly (readonly T[])[] =>
  things.length < 2
    ? [things]
    : things.flatMap((one, i) => ordersOf(things.filter((_, j) => j !== i)).map((others) => [one, ...others]));

describe('risk and coverage', () => {
  const few = fc.array(fc.record({ score: fc.integer({ min: 0, max: 2 }), label: eighths(0, 2) }), {
    minLength: 1,
    maxLength: 6,
  });

  it('have an area that is the mean over all orders of rows that are tied', () => {
    fc.assert(
      fc.property(few, (rows) => {
        const orders = ordersOf(rows).filter((order) =>
          order.every(({ score }, i) => i === 0 || order[i - 1].score <= score),
        );
        const areas = orders.map((order) => {
          let sum = 0;
          return order.reduce((area, { label }, i) => {
            sum += label;
            return area + sum / (i + 1) / order.length;
          }, 0);
        });
        const expected = areas.reduce((sum, area) => sum + area, 0) / areas.length;
        const [uncertainties, losses] = [columnOf(rows, 'score'), columnOf(rows, 'label')];
        expect(areaUnderRiskCoverageCurve(uncertainties, losses)).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('end with the mean loss, and count a weight of 2 as two rows', () => {
    fc.assert(
      fc.property(few, (rows) => {
        const [uncertainties, losses] = [columnOf(rows, 'score'), columnOf(rows, 'label')];
        const twice = [...rows, ...rows];
        const points = riskCoverageCurve(uncertainties, losses, { weights: rows.map(() => 2) });
        expect(points).toEqual(riskCoverageCurve(columnOf(twice, 'score'), columnOf(twice, 'label')));
        expect(points.at(-1)?.coverage).toBe(1);
        expect(points.at(-1)?.risk).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / rows.length, 12);
        const weights = rows.map((_, i) => i % 3);
        if (!weights.some((weight) => weight > 0)) return;
        const kept = rows.flatMap((row, i) => Array<(typeof rows)[number]>(weights[i]).fill(row));
        expect(riskCoverageCurve(uncertainties, losses, { weights }).at(-1)?.risk).toBeCloseTo(
          kept.reduce((sum, { label }) => sum + label, 0) / kept.length,
          12,
        );
      }),
    );
  });
});

describe('binary metrics', () => {
  it('count pairs: the area under the curve is the share of pairs in order', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const positive = rows.filter(({ label }) => label === 1);
        const negative = rows.filter(({ label }) => label === 0);
        const order = positive.flatMap((a) => negative.map((b) => (Math.sign(a.score - b.score) + 1) / 2));
        const share = order.reduce((sum, each) => sum + each, 0) / order.length;
        expect(areaUnderRocCurve(columnOf(rows, 'score'), columnOf(rows, 'label'))).toBeCloseTo(share, 13);
      }),
    );
  });

  it('depend on the order of the scores only', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const [scores, labels] = [columnOf(rows, 'score'), columnOf(rows, 'label')];
        const mapped = scores.map((score) => Math.exp(2 * score) - 3);
        expect(areaUnderRocCurve(mapped, labels)).toBe(areaUnderRocCurve(scores, labels));
        expect(averagePrecision(mapped, labels)).toBe(averagePrecision(scores, labels));
        const negated = scores.map((score) => -score);
        expect(areaUnderRocCurve(negated, labels)).toBeCloseTo(1 - areaUnderRocCurve(scores, labels), 13);
      }),
    );
  });

  it('have a curve that rises from 0 to 1, and whose area is the area', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const points = rocCurve(columnOf(rows, 'score'), columnOf(rows, 'label'));
        expect(points[0]).toMatchObject({ falsePositiveRate: 0, truePositiveRate: 0 });
        expect(points.at(-1)).toMatchObject({ falsePositiveRate: 1, truePositiveRate: 1 });
        let area = 0;
        for (const [i, point] of points.slice(1).entries()) {
          const before = points[i];
          expect(point.threshold).toBeLessThan(before.threshold);
          const width = point.falsePositiveRate - before.falsePositiveRate;
          expect(width).toBeGreaterThanOrEqual(0);
          expect(point.truePositiveRate).toBeGreaterThanOrEqual(before.truePositiveRate);
          area += (width * (point.truePositiveRate + before.truePositiveRate)) / 2;
        }
        expect(area).toBeCloseTo(areaUnderRocCurve(columnOf(rows, 'score'), columnOf(rows, 'label')), 12);
      }),
    );
  });

  it('are 1 where scores tell the labels apart, and the share of ones where they are all alike', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const labels = columnOf(rows, 'label');
        expect(areaUnderRocCurve(labels, labels)).toBe(1);
        expect(averagePrecision(labels, labels)).toBe(1);
        const alike = labels.map(() => 0.25);
        const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
        expect(areaUnderRocCurve(alike, labels)).toBe(0.5);
        expect(averagePrecision(alike, labels)).toBeCloseTo(share, 13);
      }),
    );
  });

  it.each([0, 1])('refuse labels that are all %i', (label) => {
    for (const metric of [areaUnderRocCurve, averagePrecision, rocCurve]) {
      const all = [label, label, label];
      expect(() => metric([0.1, 0.4, 0.3], all)).toThrow(expect.objectContaining({ code: 'VARDROP_LABEL' }));
      // Rows of weight 0 are not there.
      const some = { weights: [1, 0, 2] };
      expect(() => metric([0.1, 0.4, 0.3], [label, 1 - label, label], some)).toThrow(/needs rows of both/);
    }
  });
});

describe('bins of equal mass', () => {
  const cases = fc.tuple(probabilities, fc.integer({ min: 1, max: 12 }), fc.boolean());

  it('hold equal counts, weighted or not, and all of the rows between them', () => {
    fc.assert(
      fc.property(cases, ([rows, bins, weighted]) => {
        const [p, labels] = [columnOf(rows, 'score'), columnOf(rows, 'label')];
        const weights = weighted ? p.map((_, row) => 1 + (row % 3)) : undefined;
        const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : p.length;
        const found = binaryCalibrationError(p, labels, { bins, binning: 'equalMass', weights }).bins;
        expect(found).toHaveLength(bins);
        for (const bin of found) {
          expect(bin.count).toBeCloseTo(total / bins, 10);
          expect(bin.confidence).toBeGreaterThan(bin.lower - 1e-12);
          expect(bin.confidence).toBeLessThan(bin.upper + 1e-12);
        }
        const ones = labels.reduce((sum, label, row) => sum + label * (weights?.[row] ?? 1), 0);
        expect(found.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0)).toBeCloseTo(ones, 10);
      }),
    );
  });

  it('hold the same rows whatever the order of rows with one confidence', () => {
    fc.assert(
      fc.property(cases, ([rows, bins]) => {
        const reversed = [...rows].reverse();
        const [a, b] = [rows, reversed].map((each) =>
          binaryCalibrationError(columnOf(each, 'score'), columnOf(each, 'label'), { bins, binning: 'equalMass' }),
        );
        expect(a).toEqual(b);
      }),
    );
  });

  it('of classes are those of their confidences', () => {
    fc.assert(
      fc.property(cases, ([rows, bins]) => {
        const p = rows.flatMap(({ score }) => [1 - score, score]);
        const labels = columnOf(rows, 'label');
        const options = { bins, binning: 'equalMass' } as const;
        const right = rows.map(({ score, label }) => ((score > 0.5 ? 1 : 0) === label ? 1 : 0));
        const confidences = rows.map(({ score }) => Math.max(score, 1 - score));
        expect(expectedCalibrationError(p, labels, { classes: 2, ...options })).toEqual(
          binaryCalibrationError(confidences, right, options),
        );
      }),
    );
  });

  it('are between 0 and 1 wide as the confidences are, where bins of equal width cover all', () => {
    const [p, labels] = [
      [0.5, 0.75, 0.25, 0.5],
      [1, 1, 0, 0],
    ];
    const bin = (lower: number, upper: number, own: number, confidence: number) => ({
      lower,
      upper,
      count: 2,
      accuracy: own,
      confidence,
    });
    expect(binaryCalibrationError(p, labels, { bins: 2, binning: 'equalMass' })).toEqual({
      ece: 0.125,
      bins: [bin(0.25, 0.5, 0.25, 0.375), bin(0.5, 0.75, 0.75, 0.625)],
    });
    expect(binaryCalibrationError(p, labels, { bins: 1 }).bins).toEqual(
      [bin(0, 1, 0.5, 0.5)].map((each) => ({ ...each, count: 4 })),
    );
  });

  it.each(['equalmass', null, 1])('are not binned by %j', (binning) => {
    const options = { classes: 2, binning: binning as 'equalMass' };
    expect(() => expectedCalibrationError([0.25, 0.75], [1], options)).toThrow(
      expect.objectContaining({ code: 'VARDROP_OPTION' }),
    );
  });
});

describe('continuous ranked probability scores', () => {
  const columns = fc.record({ y: eighths(-4, 4), x: fc.array(eighths(-4, 4), { minLength: 7, maxLength: 7 }) });

  it('of one sample are absolute errors', () => {
    fc.assert(
      fc.property(rowsOf(columns), (rows) => {
        const targets = columnOf(rows, 'y');
        const samples = rows.map(({ x }) => x[0]);
        const errors = rows.reduce((sum, { y, x }) => sum + Math.abs(x[0] - y), 0);
        expect(sampleCrps(samples, targets)).toBe(errors / rows.length);
        expect(normalCrps({ mean: samples, deviation: new Float64Array(rows.length) }, targets)).toBe(
          errors / rows.length,
        );
      }),
    );
  });

  it('of samples are their definition, over all pairs', () => {
    fc.assert(
      fc.property(rowsOf(columns), fc.integer({ min: 2, max: 7 }), (rows, count) => {
        const each = rows.map(({ y, x }) => {
          const own = x.slice(0, count);
          const error = own.reduce((sum, a) => sum + Math.abs(a - y), 0) / count;
          const pairs = own.flatMap((a) => own.map((b) => Math.abs(a - b))).reduce((sum, gap) => sum + gap, 0);
          return error - pairs / (2 * count * (count - 1));
        });
        const mean = each.reduce((sum, value) => sum + value, 0) / rows.length;
        const samples = Array.from({ length: count }, (_, s) => rows.map(({ x }) => x[s])).flat();
        expect(sampleCrps(samples, columnOf(rows, 'y'))).toBeCloseTo(mean, 12);
      }),
    );
  });

  it('of a normal have their limits: the error far away, and 0.2337 of the deviation at the mean', () => {
    expect(normalCrps({ mean: [0], deviation: [1] }, [1e6])).toBeCloseTo(1e6 - 1 / Math.sqrt(Math.PI), 9);
    expect(normalCrps({ mean: [3], deviation: [2] }, [3])).toBeCloseTo((2 * (Math.SQRT2 - 1)) / Math.sqrt(Math.PI), 14);
  });

  it('scale with the targets', () => {
    fc.assert(
      fc.property(rowsOf(columns), (rows) => {
        const [mean, y] = [rows.map(({ x }) => x[0]), columnOf(rows, 'y')];
        const deviation = rows.map(({ x }) => Math.abs(x[1]));
        const scaled = normalCrps(
          { mean: mean.map((value) => 4 * value + 1), deviation: deviation.map((value) => 4 * value) },
          y.map((value) => 4 * value + 1),
        );
        expect(scaled).toBeCloseTo(4 * normalCrps({ mean, deviation }, y), 12);
      }),
    );
  });
});

it('intervals hold their bounds', () => {
  expect(intervalCoverage([1, 1, 1, 1, 1], [2, 2, 2, 2, 1], [1, 2, 0.875, 2.125, 1])).toBe(3 / 5);
  expect(intervalWidth([1, -1], [2, 1])).toBe(1.5);
});

describe('histograms of transforms', () => {
  const pairs = rowsOf(fc.tuple(eighths(0, 1), eighths(0, 1)).map((pair) => [...pair].sort((a, b) => a - b)));

  it('have shares that sum to 1', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 9 }), (rows, bins) => {
        const at = rows.map(([, high]) => high);
        const below = rows.map(([low]) => low);
        for (const options of [{ bins }, { bins, below }]) {
          const found = pitHistogram(at, options);
          expect(found).toHaveLength(bins);
          expect(found.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
        }
      }),
    );
  });

  it('are flat where each count has all of its probability', () => {
    const edges = [0, 0.125, 0.5, 0.75, 1];
    const found = pitHistogram(edges.slice(1), { bins: 5, below: edges.slice(0, -1), weights: [1, 3, 2, 2] });
    for (const { share } of found) expect(share).toBeCloseTo(0.2, 14);
  });

  it.each([
    [[0.5, 1.25], undefined],
    [[-0.125], undefined],
    [[0.5], [0.75]],
    [[0.5], [-1]],
  ])('refuse probabilities %j after %j', (at, below) => {
    expect(() => pitHistogram(at, { below })).toThrow(expect.objectContaining({ code: 'VARDROP_PROBABILITY' }));
  });
});

describe('what is refused', () => {
  const code = (name: string) => expect.objectContaining({ code: name });

  it.each([0, 4, 1.5, '1', undefined])('k of %j among three classes', (k) => {
    const options = { classes: 3, k: k as number };
    expect(() => topKAccuracy([0.5, 0.25, 0.25], [0], options)).toThrow(code('VARDROP_OPTION'));
  });

  it('intervals with bounds out of order', () => {
    expect(() => intervalCoverage([1, 2], [2, 1.5], [1, 1])).toThrow(code('VARDROP_INTERVAL'));
    expect(() => intervalWidth([1, 2], [2, 1.5])).toThrow(/got 2 above the upper bound 1.5 at 1/);
  });

  it('deviations below 0, and samples that are not as many for each target', () => {
    expect(() => normalCrps({ mean: [1, 2], deviation: [1, -0.5] }, [1, 1])).toThrow(code('VARDROP_VARIANCE'));
    expect(() => sampleCrps([1, 2, 3], [1, 1])).toThrow(code('VARDROP_SHAPE'));
    expect(() => sampleCrps([], [1, 1])).toThrow(code('VARDROP_EMPTY'));
  });

  it.each([
    ['VARDROP_SHAPE', [0, 1]],
    ['VARDROP_LABEL', [0, 1, 2]],
    ['VARDROP_TYPE', [0, 1, true]],
    ['VARDROP_EMPTY', []],
  ])('%s: binary labels %j of three rows', (name, labels) => {
    const given = labels as readonly number[];
    for (const metric of [areaUnderRocCurve, averagePrecision, rocCurve, binaryCalibrationError]) {
      expect(() => metric([0.5, 0.25, 1], given)).toThrow(code(name));
      expect(() => metric([0.5, Number.NaN, 1], [0, 1, 1])).toThrow(code('VARDROP_NON_FINITE'));
    }
  });

  it('arrays of other lengths, and what is no number', () => {
    const pairs = [rootMeanSquaredError, intervalWidth] as const;
    for (const metric of pairs) expect(() => metric([1, 2], [3])).toThrow(code('VARDROP_SHAPE'));
    expect(() => intervalCoverage([1, 2], [3, 4], [3])).toThrow(code('VARDROP_SHAPE'));
    expect(() => normalCrps({ mean: [1], deviation: [1, 1] }, [1, 1])).toThrow(code('VARDROP_SHAPE'));
    expect(() => pitHistogram([0.5, 0.5], { below: [0] })).toThrow(code('VARDROP_SHAPE'));
    expect(() => pitHistogram([0.5, null] as readonly number[])).toThrow(code('VARDROP_TYPE'));
    expect(() => pitHistogram([0.5], { bins: 0 })).toThrow(code('VARDROP_OPTION'));
  });
});
