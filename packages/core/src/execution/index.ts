export { type BackendLifetime, createBackendLifetime, refuseClosed } from './backendLifetime.js';
export { checkValues } from './checkValues.js';
export { type CompiledProgram, compileProgram } from './compileProgram.js';
export { createHandleTable, type HandleTable, type HandleTableOptions } from './handleTable.js';
export { bindInputs, type ProgramInput, programInputs } from './programInputs.js';
export { createQueue, type Queue } from './queue.js';
