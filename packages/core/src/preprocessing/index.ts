export type { FitPreprocessingOptions } from './fitOptions.js';
export { createPreprocessingFitter, fitPreprocessing, type PreprocessingFitter } from './fitPreprocessing.js';
export { inputNames } from './inputNames.js';
export { type PreprocessedRows, preprocess, preprocessInputs } from './preprocess.js';
export type { ColumnKind, ColumnRule, Preprocessing, TargetRule } from './preprocessing.js';
export { readPreprocessing } from './readPreprocessing.js';
export type { Cell, Column, Table } from './table.js';
export { type TableFromRowsOptions, tableFromRows } from './tableFromRows.js';
export { type TargetUnits, targetUnits } from './targetUnits.js';
