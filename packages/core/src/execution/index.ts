export { type CompiledProgram, compileProgram } from './compileProgram.js';
export { createHandleTable, type HandleTable, type HandleTableOptions } from './handleTable.js';
export { bindInputs, type ProgramInput, programInputs } from './programInputs.js';
