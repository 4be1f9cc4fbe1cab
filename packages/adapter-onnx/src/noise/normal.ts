import * as random from '@vardrop/core/random';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';

const { normalCoefficients } = random;

/** √½, rounded. Mantissas lie between it and twice it, which is the range of the logarithm's polynomial. */
const [squareRootOfHalf] = new Float32Array(Uint32Array.of(normalCoefficients.bitsOfSquareRootOfHalf).buffer);

/** Float32 operations on values of a graph. */
function arithmetic(graph: GraphBuilder, name: string) {
  const lift = (x: ValueName | number) => (typeof x === 'number' ? graph.constant([x], []) : x);
  const binary = (opType: string) => (x: ValueName | number, y: ValueName | number) =>
    graph.node(opType, [lift(x), lift(y)], `${name}/${opType.toLowerCase()}`);
  return {
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    less: binary('Less'),
    unary: (opType: string, x: ValueName) => graph.node(opType, [x], `${name}/${opType.toLowerCase()}`),
    cast: (x: ValueName, to: 'float' | 'uint32') => graph.node('Cast', [x], `${name}/${to}`, { to: dataTypes[to] }),
  };
}

type Arithmetic = ReturnType<typeof arithmetic>;

/** Horner's scheme, rounded after each step; the lowest power comes first. */
function polynomial({ add, mul }: Arithmetic, coefficients: readonly number[], v: ValueName): ValueName {
  const [first, second, ...rest] = [...coefficients].reverse();
  let sum = add(mul(first, v), second);
  for (const coefficient of rest) sum = add(mul(sum, v), coefficient);
  return sum;
}

/**
 * Natural logarithm of `y` in (0, 1], rounded like core's on every runtime. The runtime's own logarithm only gives a
 * guess of the exponent, which is then corrected.
 */
function naturalLogarithm(graph: GraphBuilder, steps: Arithmetic, y: ValueName, name: string): ValueName {
  const { add, sub, mul, div, less, unary, cast } = steps;
  // Never more doublings than bring y to √½ or above, and at most one fewer.
  const guess = unary('Floor', add(mul(unary('Log', y), -Math.LOG2E), 0.4999));
  const power = graph.node('BitShift', [graph.words(1), cast(guess, 'uint32')], `${name}/power`, { direction: 'LEFT' });
  const scaled = mul(y, cast(power, 'float'));
  const missing = cast(less(scaled, squareRootOfHalf), 'float');
  const mantissa = add(scaled, mul(scaled, missing));
  const doublings = add(guess, missing);
  const s = div(sub(mantissa, 1), add(mantissa, 1));
  const series = mul(s, polynomial(steps, normalCoefficients.log, mul(s, s)));
  return sub(series, mul(doublings, normalCoefficients.logOf2));
}

/** Core's uniform numbers of random words: the upper 23 bits times 2⁻²³. */
export function uniformFromBits(graph: GraphBuilder, bits: ValueName, name: string): ValueName {
  return graph.node('Mul', [upperBits(graph, bits, name), graph.constant([2 ** -23], [])], `${name}/uniform`);
}

/**
 * Core's standard normal numbers of random words, bit for bit: `normalFromBits` in the same float32 operations, each
 * rounded once, so that every runtime that does not fuse them gives the same.
 */
export function normalFromBits(graph: GraphBuilder, bits: ValueName, name: string): ValueName {
  const steps = arithmetic(graph, name);
  const { add, sub, mul, less, unary, cast } = steps;
  const { low, central, centralShift, tail, tailBelow, tailShift, squareRootOf2 } = normalCoefficients;
  const x = add(mul(upperBits(graph, bits, name), 2 ** -22), low);
  const log = naturalLogarithm(graph, steps, mul(sub(1, x), add(1, x)), name);
  // Both polynomials, then the one that applies: products with 0 and 1 are exact, and faster than a choice.
  const inTail = cast(less(log, tailBelow), 'float');
  const centralRatio = polynomial(steps, central, sub(centralShift, log));
  const tailRatio = polynomial(steps, tail, sub(unary('Sqrt', unary('Abs', log)), tailShift));
  const ratio = add(mul(centralRatio, sub(1, inTail)), mul(tailRatio, inTail));
  return mul(mul(ratio, x), squareRootOf2);
}

function upperBits(graph: GraphBuilder, bits: ValueName, name: string): ValueName {
  const shifted = graph.node('BitShift', [bits, graph.words(9)], `${name}/upper`, { direction: 'RIGHT' });
  return graph.node('Cast', [shifted], `${name}/float`, { to: dataTypes.float });
}
