import { expand, type Program, simplify, validate } from '@vardrop/core';
import { emitProgram } from './emit/emitProgram.js';
import { encodeModel } from './model/schema.js';

/**
 * Any program, such as a training step, as the bytes of a standalone ONNX file (opset 17, or 18 where it makes noise), to be run by any ONNX Runtime.
 * Inputs keep their names; the next value of a carried input `w` is the output `w/next`, to be fed back. The batch axis stays
 * free. Noise is made in the graph: from an input `key:name` (uint32, `[2]`) for each key, and, where there is noise of data
 * rows, an input `row` (int64 scalar), the index of the first row.
 *
 * Throws what `simplify` and `validate` throw for programs that are not well formed.
 */
export function exportProgram(program: Program): Uint8Array {
  const simple = simplify(expand(program, []));
  validate(simple);
  return encodeModel(emitProgram(simple, { noise: 'graph' }).model);
}
