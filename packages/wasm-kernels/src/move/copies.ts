import { elementCount, type NodeOf, type NodeShapes } from '@vardrop/core/program';

/**
 * A walk through a tensor along the axes of a loop nest: its first element, and the step along each axis, in elements.
 */
export interface Walk {
  readonly origin: number;
  readonly steps: readonly number[];
}

/** A copy of elements of an operand to places of the result: one element for each turn of the loop nest. */
export interface Copy {
  readonly operand: number;
  readonly lengths: readonly number[];
  readonly from: Walk;
  readonly to: Walk;
}

/** A result made of parts of operands. */
export interface Copies {
  readonly parts: readonly Copy[];
  /** The number in all other places, if there are other places. */
  readonly fill?: number;
}

type MovementOp = 'slice' | 'pad' | 'concatenate';

/** The copies of a slice, a pad or a concatenation. */
export function copiesOf(node: NodeOf<MovementOp, readonly number[]>, { out, operands }: NodeShapes): Copies {
  const whole = (shape: readonly number[]): Walk => ({ origin: 0, steps: rowMajorSteps(shape) });
  switch (node.op) {
    case 'slice': {
      const from = walk(operands[0], node.starts, node.steps);
      return { parts: [{ operand: 0, lengths: out, from, to: whole(out) }] };
    }
    case 'pad': {
      const to = walk(
        out,
        node.before,
        node.interior.map((between) => between + 1),
      );
      return { parts: [{ operand: 0, lengths: operands[0], from: whole(operands[0]), to }], fill: node.value };
    }
    case 'concatenate': {
      const steps = rowMajorSteps(out);
      let origin = 0;
      const parts = operands.map((lengths, operand): Copy => {
        const to = { origin, steps };
        origin += lengths[node.axis] * steps[node.axis];
        return { operand, lengths, from: whole(lengths), to };
      });
      return { parts };
    }
  }
}

/** A walk through a tensor of `shape` from `starts` on. `steps` counts positions along each axis. */
function walk(shape: readonly number[], starts: readonly number[], steps: readonly number[]): Walk {
  const unit = rowMajorSteps(shape);
  return {
    origin: starts.reduce((sum, start, axis) => sum + start * unit[axis], 0),
    steps: steps.map((step, axis) => step * unit[axis]),
  };
}

/** How far apart neighbours along each axis are, in elements. */
export const rowMajorSteps = (shape: readonly number[]) => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
