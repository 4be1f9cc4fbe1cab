import type { BoundProgram, BoundShape, InputRole, NodeId } from '../program/program.js';

/** An input of a bound program. */
export interface ProgramInput {
  readonly name: string;
  readonly role: InputRole;
  readonly id: NodeId;
  readonly shape: BoundShape;
}

/** The inputs of a bound program, in the order of its nodes. */
export function programInputs(program: BoundProgram): readonly ProgramInput[] {
  return program.nodes.flatMap((node, id) =>
    node.op === 'input' ? [{ name: node.name, role: node.role, id, shape: node.shape }] : [],
  );
}
