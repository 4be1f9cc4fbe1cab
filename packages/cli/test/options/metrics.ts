import { core } from './coreExports.js';
import type { Entry } from './entry.js';

const probabilities = Float32Array.of(0.25, 0.75);
const prediction = {
  kind: 'classification',
  rows: 1,
  classes: 2,
  samples: 1,
  probabilities,
  labels: Int32Array.of(1),
  entropy: new Float64Array(1),
  mutualInformation: new Float64Array(1),
} as const;

/** What options are added to, where there are any. */
const merged = (base: object, options: object) => ({ ...base, ...options }) as never;
const weights = { weights: 'other' } as const;
const calibration = { bins: 'other', binning: 'other', ...weights } as const;

export const metrics: Readonly<Record<string, Entry>> = {
  accuracy: { call: (options) => core.accuracy([1, 0], [1, 1], options), options: weights },
  areaUnderRocCurve: { call: (options) => core.areaUnderRocCurve([1, 2], [1, 0], options), options: weights },
  areaUnderRiskCoverageCurve: {
    call: (options) => core.areaUnderRiskCoverageCurve([1, 2], [1, 0], options),
    options: weights,
  },
  averagePrecision: { call: (options) => core.averagePrecision([1, 2], [1, 0], options), options: weights },
  binaryCalibrationError: {
    call: (options) => core.binaryCalibrationError(probabilities, [0, 1], options),
    options: calibration,
  },
  brierScore: {
    call: (options) => core.brierScore(probabilities, [1], merged({ classes: 2 }, options)),
    options: { classes: 'other', ...weights },
  },
  errorRate: { call: (options) => core.errorRate([1, 0], [1, 1], options), options: weights },
  evaluateClassification: {
    call: (options) => core.evaluateClassification(prediction, [1], options),
    options: calibration,
  },
  expectedCalibrationError: {
    call: (options) => core.expectedCalibrationError(probabilities, [1], merged({ classes: 2 }, options)),
    options: { classes: 'other', ...calibration },
  },
  falsePositiveRate: {
    call: (options) => core.falsePositiveRate([1, 2], [1, 0], options),
    options: { truePositiveRate: 'number', ...weights },
  },
  intervalScore: {
    call: (options) => core.intervalScore([1], [2], [1.5], options),
    options: { coverage: 'number', ...weights },
  },
  riskCoverageCurve: { call: (options) => core.riskCoverageCurve([1, 2], [1, 0], options), options: weights },
  intervalCoverage: { call: (options) => core.intervalCoverage([1], [2], [1.5], options), options: weights },
  intervalWidth: { call: (options) => core.intervalWidth([1], [2], options), options: weights },
  negativeLogLikelihood: {
    call: (options) => core.negativeLogLikelihood(probabilities, [1], merged({ classes: 2 }, options)),
    options: { classes: 'other', ...weights },
  },
  normalCrps: { call: (options) => core.normalCrps({ mean: [1], deviation: [2] }, [3], options), options: weights },
  pitHistogram: {
    call: (options) => core.pitHistogram(probabilities, options),
    options: { bins: 'other', below: 'other', ...weights },
  },
  rocCurve: { call: (options) => core.rocCurve([1, 2], [1, 0], options), options: weights },
  rootMeanSquaredError: { call: (options) => core.rootMeanSquaredError([1], [2], options), options: weights },
  sampleCrps: { call: (options) => core.sampleCrps([1, 2], [3], options), options: weights },
  topKAccuracy: {
    call: (options) => core.topKAccuracy(probabilities, [1], merged({ classes: 2, k: 1 }, options)),
    options: { classes: 'other', k: 'other', ...weights },
  },
};
