export {
  compareMeasurements,
  type Difference,
  type Measurements,
  measure,
  type PairDifferences,
} from './across.js';
export { checkNodes } from './checkNodes.js';
export { checkUlps, type UlpsOptions } from './checkUlps.js';
export { type ConformanceOptions, conformance, type TestRunner } from './conformance.js';
export {
  type ElementaryError,
  type ElementaryFunction,
  elementaryError,
  elementaryFunctions,
} from './elementaryErrors.js';
export type { ProgramData } from './execute.js';
export { applyExpectedFailures, type ExpectedFailure, selectLaws } from './expectedFailures.js';
export type { Failure } from './failure.js';
export { formatFailure, formatFailures } from './formatFailure.js';
export {
  type Effort,
  effortFactor,
  type Law,
  type LawContext,
  type LawResult,
  type Replay,
} from './law.js';
export { laws } from './laws/index.js';
export type { CaseInput, CaseTensor, LayerCase } from './layerCase.js';
export type { Ledger } from './ledger.js';
export { coreModels, type Models } from './models.js';
export { openBackend } from './openBackend.js';
export { type CaseOfLaw, formatReplay, parseReplay } from './replay.js';
export { defaultSeed, lawTimeouts, type RunOptions, runLaw } from './runLaw.js';
export { runSuite, type SuiteJson, type SuiteOptions, type SuiteResult, suiteJson } from './runSuite.js';
export { type SmallTraining, trainSmallNetwork } from './trainSmallNetwork.js';
