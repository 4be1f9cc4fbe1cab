import { VardropError } from '../errors.js';
import type { BoundProgram } from '../program/program.js';
import { type ProgramInput, programInputs } from './programInputs.js';

/** The inputs, keys and outputs of a bound program. */
export interface ProgramInterface {
  /** Inputs given once per run: those of the roles `shared` and `carried`. */
  readonly runInputs: readonly ProgramInput[];
  /** Inputs given for each iteration. */
  readonly iterationInputs: readonly ProgramInput[];
  /** Inputs of the role `carried`. Each has an output of the same name. */
  readonly carriedInputs: readonly ProgramInput[];
  /** Names of the outputs that each iteration returns: all except the carried ones. */
  readonly freshOutputs: readonly string[];
  /** Names of the keys that noise nodes mention, each once. */
  readonly keys: readonly string[];
}

/** The interface of a bound program. Throws `VARDROP_PROGRAM` if a carried input has no output of the same name. */
export function programInterface(program: BoundProgram): ProgramInterface {
  const inputs = programInputs(program);
  const carriedInputs = inputs.filter(({ role }) => role === 'carried');
  for (const { name } of carriedInputs) {
    if (Object.hasOwn(program.outputs, name)) continue;
    throw new VardropError(
      'VARDROP_PROGRAM',
      `[${program.name}] carried input "${name}": got no output of that name, needs one. Declare the next value as an output.`,
    );
  }
  const carriedNames = new Set(carriedInputs.map(({ name }) => name));
  return {
    runInputs: inputs.filter(({ role }) => role !== 'iteration'),
    iterationInputs: inputs.filter(({ role }) => role === 'iteration'),
    carriedInputs,
    freshOutputs: Object.keys(program.outputs).filter((name) => !carriedNames.has(name)),
    keys: [...new Set(program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : [])))],
  };
}
