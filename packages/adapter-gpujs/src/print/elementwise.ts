import { VardropError } from '@vardrop/core';
import { type BoundNode, type NodeId, numberOf } from '@vardrop/core/program';
import { isCard } from '../gpujs/mode.js';
import { printExp, printLog, printRound } from './functions.js';
import { printNoise } from './printNoise.js';
import type { Writer } from './writer.js';

/**
 * Prints elementwise nodes as one expression each, in the order given.
 *
 * @param readValue the expression for a node that is not among `ids`, at this thread
 * @param index the number of this thread's element
 * @returns names of the nodes' values
 */
export function printElementwise(
  writer: Writer,
  nodes: readonly BoundNode[],
  ids: readonly NodeId[],
  readValue: (id: NodeId) => string,
  index: string,
): Map<NodeId, string> {
  const names = new Map<NodeId, string>();
  const given = new Map<NodeId, string>();
  const operand = (id: NodeId): string => {
    const known = names.get(id) ?? given.get(id);
    if (known !== undefined) return known;
    const number = numberOf(nodes[id]);
    const name = number === undefined ? writer.define(readValue(id)) : writer.number(number);
    given.set(id, name);
    return name;
  };
  // JavaScript computes in float64: without rounding, a node would have one value here and another where it is stored.
  const print = (node: BoundNode) =>
    node.op === 'noise'
      ? printNoise(writer, node, node.operands[0], index)
      : `Math.fround(${expression(writer, node, node.operands.map(operand))})`;
  for (const id of ids) names.set(id, writer.define(print(nodes[id])));
  return names;
}

function expression(writer: Writer, node: BoundNode, [a, b, x, y]: readonly string[]): string {
  // Functions of graphics cards are off by hundreds of units in the last place. Those printed here consist of exact
  // operations.
  const onCard = isCard(writer.mode);
  switch (node.op) {
    case 'neg':
      return `-${a}`;
    case 'abs':
    case 'sqrt':
      return `Math.${node.op}(${a})`;
    case 'exp':
      return onCard ? printExp(writer, a) : `Math.exp(${a})`;
    case 'log':
      return onCard ? printLog(writer, a) : `Math.log(${a})`;
    // On the processor, in float64, where nothing is lost before the result is rounded.
    case 'sigmoid':
      return `${writer.number(1)} / (${writer.number(1)} + Math.exp(-${a}))`;
    case 'softplus':
      return `Math.max(${a}, ${writer.number(0)}) + Math.log1p(Math.exp(-Math.abs(${a})))`;
    case 'tanh':
    case 'cos':
    case 'floor':
      return `Math.${node.op}(${a})`;
    case 'round':
      return printRound(writer, a);
    case 'add':
      return `${a} + ${b}`;
    case 'sub':
      return `${a} - ${b}`;
    case 'mul':
      return `${a} * ${b}`;
    case 'div':
      return `${a} / ${b}`;
    case 'max':
    case 'min':
      return `Math.${node.op}(${a}, ${b})`;
    case 'selectGreater':
      return `(${a} > ${b} ? ${x} : ${y})`;
    case 'broadcast':
      return a;
    default:
      throw new VardropError(
        'VARDROP_PROGRAM',
        `[gpujs] ${node.label ?? node.op}: got ${node.op}, needs an elementwise operation. Pass programs through \`compileProgram\`.`,
      );
  }
}
