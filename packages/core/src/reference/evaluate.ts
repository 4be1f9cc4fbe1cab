import { VardropError } from '../errors.js';
import type { Program } from '../program/program.js';
import { elementCount, formatShape } from '../program/shapes.js';
import { evaluateNode } from './evaluateNode.js';
import type { Sources } from './sources.js';

/** Values of a program's inputs (of every role) by name, row-major, and the keys of its noise. */
export interface Feeds extends Sources {
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
}

/**
 * Evaluates every node of a program once, in float64, and returns the values in the order of the nodes. Carried inputs
 * are plain inputs here. Shapes are those of the nodes. Do not write to the arrays, because some are shared.
 *
 * Throws `VARDROP_SHAPE` for a symbolic axis, and `VARDROP_INPUT` for inputs and keys that are missing, unknown or have
 * the wrong number of values.
 */
export function evaluateAll(program: Program, feeds: Feeds): Float64Array[] {
  const names = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
  for (const name of Object.keys(feeds.inputs)) {
    if (!names.includes(name)) {
      throw new VardropError(
        'VARDROP_INPUT',
        `[${program.name}] input "${name}": got a value, but the program needs only ${names.map((n) => `"${n}"`).join(', ') || 'none'}. Leave it out.`,
      );
    }
  }
  const values: Float64Array[] = [];
  for (const node of program.nodes) {
    if (node.op === 'input') {
      const given = feeds.inputs[node.name];
      const count = elementCount(node.shape);
      if (given?.length !== count) {
        throw new VardropError(
          'VARDROP_INPUT',
          `[${program.name}] input "${node.name}": got ${given ? `${given.length} values` : 'nothing'}, needs ${count} for its shape ${formatShape(node.shape)}. Pass them row-major.`,
        );
      }
      values.push(Float64Array.from(given));
    } else {
      values.push(
        evaluateNode(
          node,
          node.operands.map((id) => values[id]),
          node.operands.map((id) => program.nodes[id].shape),
          feeds,
        ),
      );
    }
  }
  return values;
}

/** Outputs of a program in float64, by name. Errors and ownership are those of `evaluateAll`. */
export function evaluate(program: Program, feeds: Feeds): Record<string, Float64Array> {
  const values = evaluateAll(program, feeds);
  return Object.fromEntries(Object.entries(program.outputs).map(([name, id]) => [name, values[id]]));
}
