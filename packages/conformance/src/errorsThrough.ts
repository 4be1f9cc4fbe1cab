import type { Supports } from '@vardrop/core/backend';
import {
  type BoundNode,
  type BoundProgram,
  type BoundShape,
  elementCount,
  operationClass,
  sameShape,
} from '@vardrop/core/program';
import { errorBound, evaluateNode } from '@vardrop/core/reference';

/** Numbers in float64, and how far a backend's may be from each of them. */
export interface Uncertain {
  readonly values: Float64Array;
  readonly errors: Float64Array;
}

/**
 * The outputs of a bound program in float64, and the largest distance that those of a backend may have from them. The errors of
 * operands go through each operation, and its own rounding is added, at the largest values that the operands may have. So the
 * bound holds for the program as a whole, also over many runs whose outputs are the next inputs. Only for programs of the
 * operations of optimizers: throws for others.
 */
export function errorsThrough(
  program: BoundProgram,
  inputs: Readonly<Record<string, Uncertain>>,
  supports: Supports,
): Readonly<Record<string, Uncertain>> {
  const known: Uncertain[] = [];
  for (const node of program.nodes) {
    if (node.op === 'input') {
      known.push(inputs[node.name]);
      continue;
    }
    const operands = node.operands.map((id) => known[id]);
    const shapes = node.operands.map((id) => program.nodes[id].shape);
    const values = evaluateNode(
      node,
      operands.map((operand) => operand.values),
      shapes,
      {},
    );
    const passed = passedOn(node, operands, shapes, values);
    // The rounding of a result grows with the result.
    const largest = values.map((value, i) => value + (value < 0 ? -passed[i] : passed[i]));
    const own = errorBound(node, operands.map(largestOf), shapes, largest, supports);
    // A product with a 0 is 0 exactly; on which side of 0 a sum lies decides what signs do.
    const exact = (i: number) => node.op === 'mul' && values[i] === 0 && passed[i] === 0;
    known.push({ values, errors: passed.map((error, i) => (exact(i) ? 0 : error + own[i])) });
  }
  return Object.fromEntries(Object.entries(program.outputs).map(([name, id]) => [name, known[id]]));
}

function largestOf({ values, errors }: Uncertain): Float64Array {
  return values.map((value, i) => value + (value < 0 ? -errors[i] : errors[i]));
}

/** How far the result of an exact operation may move when its operands move by their errors. */
function passedOn(
  node: BoundNode,
  operands: readonly Uncertain[],
  shapes: readonly BoundShape[],
  result: Float64Array,
): Float64Array {
  if (node.op === 'constant') return new Float64Array(result.length);
  if (node.op === 'reduceSum' || operationClass[node.op] === 'movement') {
    return evaluateNode(
      node,
      operands.map(({ errors }) => errors),
      shapes,
      {},
    );
  }
  const spread = operands.map(({ values, errors }, i) => ({
    values: broadcast(values, shapes[i], node.shape),
    errors: broadcast(errors, shapes[i], node.shape),
  }));
  return result.map((_, i) => {
    const [x, y, p, q] = spread.map(({ values }) => values[i]);
    const [ex, ey, ep, eq] = spread.map(({ errors }) => errors[i]);
    switch (node.op) {
      case 'add':
      case 'sub':
        return ex + ey;
      case 'mul':
        return Math.abs(x) * ey + Math.abs(y) * ex + ex * ey;
      case 'div':
        return ey < Math.abs(y) ? (ex + Math.abs(x / y) * ey) / (Math.abs(y) - ey) : Number.POSITIVE_INFINITY;
      case 'sqrt':
        return Math.max(Math.sqrt(x) - Math.sqrt(Math.max(x - ex, 0)), Math.sqrt(x + ex) - Math.sqrt(x));
      case 'neg':
      case 'abs':
      case 'broadcast':
        return ex;
      case 'max':
      case 'min':
        return Math.max(ex, ey);
      case 'selectGreater':
        if (Math.abs(x - y) > ex + ey || ex + ey === 0) return x > y ? ep : eq;
        return Math.abs(p - q) + Math.max(ep, eq);
      default:
        throw new Error(`errorsThrough: got ${node.op}, wanted an operation of an optimizer`);
    }
  });
}

function broadcast(values: Float64Array, from: BoundShape, to: BoundShape): Float64Array {
  if (sameShape(from, to)) return values;
  if (elementCount(from) === 1) return new Float64Array(elementCount(to)).fill(values[0]);
  return evaluateNode({ op: 'broadcast', operands: [0], shape: to }, [values], [from], {});
}
