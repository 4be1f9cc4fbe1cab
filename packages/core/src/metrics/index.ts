export { brierScore } from './brierScore.js';
export { errorRate } from './errorRate.js';
export { type ClassificationMetrics, evaluateClassification } from './evaluateClassification.js';
export { evaluateRegression, type RegressionMetrics } from './evaluateRegression.js';
export { type Calibration, type CalibrationBin, expectedCalibrationError } from './expectedCalibrationError.js';
export { gaussianNegativeLogLikelihood } from './gaussianNegativeLogLikelihood.js';
export { negativeLogLikelihood } from './negativeLogLikelihood.js';
export { rootMeanSquaredError } from './rootMeanSquaredError.js';
