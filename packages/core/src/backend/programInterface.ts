import { VardropError } from '../errors.js';
import type { BoundProgram } from '../program/program.js';
import { type ProgramInput, programInputs } from './programInputs.js';

/** What a run of a bound program is given, and what it leaves. */
export interface ProgramInterface {
  /** Inputs that are given once a run: those of the roles `shared` and `carried`. */
  readonly runInputs: readonly ProgramInput[];
  /** Inputs that each iteration brings. */
  readonly iterationInputs: readonly ProgramInput[];
  /** Inputs of the role `carried`, each of which has an output of its name. */
  readonly carriedInputs: readonly ProgramInput[];
  /** Names of the outputs that each iteration leaves: all but the carried ones. */
  readonly freshOutputs: readonly string[];
  /** Names of the keys that noise nodes mention, each once. */
  readonly keys: readonly string[];
}

/** The interface of a bound program. Throws `VARDROP_PROGRAM` if a carried input has no output of its name. */
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
