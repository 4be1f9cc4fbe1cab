import type { BoundProgram, NodeId } from './program.js';

/** The shapes of a node and its operands, all fixed. */
export interface NodeShapes {
  readonly out: readonly number[];
  readonly operands: readonly (readonly number[])[];
}

/** The shapes of a node of a bound program. */
export function nodeShapes({ nodes }: BoundProgram, id: NodeId): NodeShapes {
  const shapeOf = (each: NodeId) => nodes[each].shape;
  return { out: shapeOf(id), operands: nodes[id].operands.map(shapeOf) };
}
