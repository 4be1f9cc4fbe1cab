export { checkNodes } from './checkNodes.js';
export { type ConformanceOptions, conformance, type TestRunner } from './conformance.js';
export type { ProgramData } from './execute.js';
export type { Effort, Failure, Law, LawContext, LawResult, Replay } from './law.js';
export { laws } from './laws/index.js';
export type { Ledger } from './ledger.js';
export { defaultSeed, type RunOptions, runLaw } from './runLaw.js';
