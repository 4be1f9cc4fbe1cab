import type { InputRole, NodeId, Program } from '../program/program.js';

/** An input of a bound program. */
export interface ProgramInput {
  readonly name: string;
  readonly role: InputRole;
  readonly id: NodeId;
  readonly shape: readonly number[];
}

/** The inputs of a bound program, in the order of its nodes. */
export function programInputs(program: Program): readonly ProgramInput[] {
  return program.nodes.flatMap((node, id) =>
    node.op === 'input' ? [{ name: node.name, role: node.role, id, shape: node.shape as readonly number[] }] : [],
  );
}
