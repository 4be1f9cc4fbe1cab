import type { NodeOf } from '@vardrop/core';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';
import type { Emission, KeyValues } from './emission.js';
import { shapeValue } from './movement.js';
import { splitWords, threefry } from './threefry.js';

/** erfinv(x) / x for −log(1 − x²) < 5, in −log(1 − x²) − 5/2, highest power first (Giles 2010, single precision). */
const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];

/** erfinv(x) / x for the tails, in sqrt(−log(1 − x²)) − 3. */
const tail = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/**
 * Noise made in the graph: the bits and uniform numbers of core's generator; its normal numbers but for the last places,
 * since the logarithm is the runtime's.
 */
export function noise(node: NodeOf<'noise'>, emission: Emission, key: KeyValues): ValueName {
  const { graph, name } = emission;
  const random = graph.node('BitShift', [bits(node, emission, key), graph.words(9)], `${name}/bits`, {
    direction: 'RIGHT',
  });
  const whole = graph.node('Cast', [random], `${name}/whole`, { to: dataTypes.float });
  if (node.distribution === 'uniform') return graph.node('Mul', [whole, graph.constant([2 ** -23], [])], name);
  return normal(graph, whole, name);
}

/** A random word for each element of the node. */
function bits(node: NodeOf<'noise'>, { graph, name, batchLength }: Emission, { words, row }: KeyValues): ValueName {
  const { shape } = node;
  const perRow = shape.slice(1).reduce<number>((product, n) => product * (n as number), 1);
  const target = shapeValue(graph, shape, name, batchLength);
  const count = graph.node('ReduceProd', [target], `${name}/count`, { keepdims: 0 });
  // Only rows of data are counted from the key's row on.
  const start =
    shape[0] === 'batch' ? graph.node('Mul', [row, graph.integer(perRow)], `${name}/start`) : graph.integer(0);
  const end = graph.node('Add', [start, count], `${name}/end`);
  const index = graph.node('Range', [start, end, graph.integer(1)], `${name}/index`);
  const [first, second] = threefry(graph, words, splitWords(graph, index, name), `${name}/threefry`);
  return graph.node('Reshape', [graph.node('BitwiseXor', [first, second], `${name}/word`), target], `${name}/words`);
}

/** `sqrt(2) erfinv(x)` with `x = 2u − 1`, u the upper 23 bits times 2⁻²³; see `normalFromBits` of core. */
function normal(graph: GraphBuilder, whole: ValueName, name: string): ValueName {
  const scalar = (value: number) => graph.constant([value], []);
  const operate = (opType: string, a: ValueName, b: ValueName, part: string) =>
    graph.node(opType, [a, b], `${name}/${part}`);
  const scaled = operate('Mul', whole, scalar(2 ** -22), 'twice');
  const x = operate('Add', scaled, scalar(-1 + 2 ** -24), 'x');
  const one = scalar(1);
  const product = operate('Mul', operate('Sub', one, x, 'oneMinus'), operate('Add', one, x, 'onePlus'), 'product');
  const logarithm = graph.node('Log', [product], `${name}/log`);
  const polynomial = (coefficients: readonly number[], v: ValueName, part: string) =>
    coefficients
      .slice(1)
      .reduce(
        (sum, coefficient) => operate('Add', operate('Mul', sum, v, part), scalar(coefficient), part),
        scalar(coefficients[0]),
      );
  const inner = polynomial(central, operate('Sub', scalar(-2.5), logarithm, 'central'), 'central');
  const root = graph.node('Sqrt', [graph.node('Neg', [logarithm], `${name}/negative`)], `${name}/root`);
  const outer = polynomial(tail, operate('Sub', root, scalar(3), 'tail'), 'tail');
  const far = operate('Less', logarithm, scalar(-5), 'far');
  const ratio = graph.node('Where', [far, outer, inner], `${name}/ratio`);
  return graph.node('Mul', [operate('Mul', ratio, x, 'erfinv'), scalar(Math.SQRT2)], name);
}
