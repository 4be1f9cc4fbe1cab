import type { Program, ProgramNode } from '@vardrop/core/program';
import { type Arithmetic, errorBound, evaluateNode, type Feeds } from '@vardrop/core/reference';

/** Float64 values of all nodes of a program, and how far float32 arithmetic may be off each. */
export interface BoundedValues {
  readonly values: readonly Float64Array[];
  readonly errors: readonly Float64Array[];
}

const zip = (f: (...numbers: number[]) => number, first: Float64Array, ...rest: readonly Float64Array[]) =>
  first.map((value, i) => f(value, ...rest.map((other) => other[i])));
const sum = (...all: readonly Float64Array[]) =>
  zip((...numbers) => numbers.reduce((a, b) => a + b), all[0], ...all.slice(1));
const abs = (values: Float64Array) => values.map(Math.abs);
const larger = (a: Float64Array, b: Float64Array) =>
  zip((p, q) => (Number.isNaN(p) || Number.isNaN(q) ? Number.POSITIVE_INFINITY : Math.max(p, q)), a, b);

/**
 * Evaluates a bound program in float64 beside a running bound on the error of any backend of that arithmetic: what the
 * errors of the operands become through the operation (Higham 2002, chapter 3), and the operation's own.
 *
 * @param inputErrors how far inputs may be off, by name; 0 where left out
 */
export function runningError(
  program: Program,
  feeds: Feeds,
  arithmetic: Arithmetic,
  inputErrors: Readonly<Record<string, Float64Array>> = {},
): BoundedValues {
  const values: Float64Array[] = [];
  const errors: Float64Array[] = [];
  for (const node of program.nodes) {
    if (node.op === 'input') {
      const given = Float64Array.from(feeds.inputs[node.name]);
      values.push(given);
      errors.push(inputErrors[node.name] ?? new Float64Array(given.length));
      continue;
    }
    const shapes = node.operands.map((id) => program.nodes[id].shape);
    const operands = node.operands.map((id) => values[id]);
    const evaluate = (...given: readonly Float64Array[]) => evaluateNode(node, given, shapes, feeds);
    const value = evaluate(...operands);
    // Noise is the same bit for bit, and so is a constant once rounded.
    const own =
      node.op === 'noise' ? new Float64Array(value.length) : errorBound(node, operands, shapes, value, arithmetic);
    const propagated = propagate(
      node,
      operands,
      node.operands.map((id) => errors[id]),
      value,
      evaluate,
    );
    values.push(value);
    // An operation's own error is that on operands which are off themselves: larger by less than 2⁻¹⁰ of the two.
    errors.push(zip((a, b) => (a + b) * (1 + 2 ** -10), own, propagated));
  }
  return { values, errors };
}

/** How far a result moves when its operands do. */
function propagate(
  node: ProgramNode,
  operands: readonly Float64Array[],
  errors: readonly Float64Array[],
  value: Float64Array,
  evaluate: (...operands: readonly Float64Array[]) => Float64Array,
): Float64Array {
  const [a, b] = operands;
  const [ea, eb] = errors;
  switch (node.op) {
    case 'noise':
    case 'constant':
      return new Float64Array(value.length);
    case 'neg':
    case 'abs':
      return ea;
    case 'exp':
    case 'log':
    case 'sqrt':
    case 'tanh':
    case 'sigmoid':
    case 'softplus': {
      // Monotone, so that the ends of the operand's interval give those of the result's.
      const above = evaluate(sum(a, ea));
      // What roots are taken of are sums of squares, which no rounding makes negative.
      const least = node.op === 'sqrt' ? 0 : Number.NEGATIVE_INFINITY;
      const below = evaluate(zip((x, e) => Math.max(x - e, least), a, ea));
      return larger(abs(zip((p, y) => p - y, above, value)), abs(zip((p, y) => p - y, below, value)));
    }
    case 'add':
    case 'max':
      return evaluate(ea, eb);
    case 'min':
      // Of operands of one shape, or of a scalar; as much as the larger error.
      return value.map((_, i) => Math.max(ea[i % ea.length], eb[i % eb.length]));
    case 'sub':
      return evaluate(
        ea,
        eb.map((e) => -e),
      );
    case 'div': {
      // |a/b| moves by at most (ea + |a/b| eb) / (|b| − eb).
      const divisor = zip((y, e) => Math.abs(y) - e, b, eb);
      const relative = zip((y, e, d) => (Math.abs(y) * d) / e, b, eb, divisor);
      return sum(evaluate(ea, divisor), evaluate(abs(a), relative));
    }
    case 'selectGreater': {
      // The choice is the same for both ends of what is compared, or nothing can be said.
      const lower = [zip((x, e) => x - e, a, ea), sum(b, eb)] as const;
      const upper = [sum(a, ea), zip((x, e) => x - e, b, eb)] as const;
      const flags = [operands[2].map(() => 1), operands[3].map(() => 0)] as const;
      const undecided = zip(
        (p, q) => (p === q ? 0 : Number.POSITIVE_INFINITY),
        evaluate(...lower, ...flags),
        evaluate(...upper, ...flags),
      );
      return sum(undecided, evaluate(a, b, errors[2], errors[3]));
    }
    case 'mul':
    case 'matmul':
    case 'conv2d':
    case 'conv2dInputGradient':
      return sum(evaluate(abs(a), eb), evaluate(ea, abs(b)), evaluate(ea, eb));
    case 'reduceSum':
    case 'reduceMax':
    case 'maxPool2d':
    case 'averagePool2d':
    case 'slice':
    case 'concatenate':
    case 'reshape':
    case 'transpose':
    case 'broadcast':
      return evaluate(...errors);
    case 'pad':
      // What is put around is exact.
      return zip((moved, around) => moved - around, evaluate(ea), evaluate(ea.map(() => 0)));
    case 'gather':
      // The row numbers are exact.
      return evaluate(ea, b);
    default:
      throw new Error(`No error analysis of ${node.op}.`);
  }
}
