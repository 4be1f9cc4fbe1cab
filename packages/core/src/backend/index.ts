/** For backends: the contract, and what all of them share. */
export { checkBoolean } from '../checkBoolean.js';
export { checkChoice } from '../checkChoice.js';
export { checkObject } from '../checkObject.js';
export { checkOptionNames } from '../checkOptionNames.js';
export { formatValue } from '../formatValue.js';
export { readTensors } from '../readTensors.js';
export { waitUntil } from '../waitUntil.js';
export { yieldToEvents } from '../yieldToEvents.js';
export { type BackendLifetime, createBackendLifetime, refuseClosed } from './backendLifetime.js';
export type { Keys } from './bindInputs.js';
export { type BytesSource, bytesOf } from './bytesOf.js';
export { checkBackend } from './checkBackend.js';
export { checkValues } from './checkValues.js';
export { type CompiledProgram, compileProgram } from './compileProgram.js';
export * from './contract.js';
export {
  type BoundIteration,
  createExecutableOf,
  type Entries,
  type ExecutableParts,
  type RunEntries,
} from './createExecutableOf.js';
export { createHandleTable, type HandleTable, type HandleTableOptions } from './handleTable.js';
export { pendingEntries } from './pendingEntries.js';
export { type ProgramInput, programInputs } from './programInputs.js';
export { type ProgramInterface, programInterface } from './programInterface.js';
export { createQueue, type Queue } from './queue.js';
