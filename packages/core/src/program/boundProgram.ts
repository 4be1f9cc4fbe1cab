import { VardropError } from '../errors.js';
import type { BoundProgram, Program } from './program.js';
import { formatShape, isBoundShape } from './shapes.js';

/**
 * The program itself, with a type without symbolic axes. Throws `VARDROP_SHAPE` if an axis is symbolic; `bindBatch`
 * binds it.
 */
export function boundProgram(program: Program): BoundProgram {
  if (isBound(program)) return program;
  const id = program.nodes.findIndex(({ shape }) => !isBoundShape(shape));
  const { op, shape } = program.nodes[id];
  throw new VardropError(
    'VARDROP_SHAPE',
    `[${program.name} %${id} ${op}] shape: got ${formatShape(shape)}, needs every axis to be a number. Bind the batch size first.`,
  );
}

function isBound(program: Program): program is BoundProgram {
  return program.nodes.every(({ shape }) => isBoundShape(shape));
}
