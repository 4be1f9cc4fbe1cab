export { type EvaluateOptions, evaluate, evaluateInUnits, evaluateOptionNames } from './evaluate.js';
export type {
  AcceptedEvaluation,
  BinaryEvaluation,
  CalibrationOfBothKinds,
  ClassificationEvaluation,
  Evaluation,
  EvaluationOf,
  IntervalEvaluation,
  RegressionEvaluation,
  SetsEvaluation,
} from './evaluation.js';
