export { type EvaluateOptions, evaluate, evaluateInUnits, evaluateOptionNames } from './evaluate.js';
export type {
  BinaryEvaluation,
  CalibrationOfBothKinds,
  ClassificationEvaluation,
  Evaluation,
  EvaluationOf,
  IntervalEvaluation,
  RegressionEvaluation,
} from './evaluation.js';
