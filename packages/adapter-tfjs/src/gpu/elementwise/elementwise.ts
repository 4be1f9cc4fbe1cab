import { type BoundNode, type BoundProgram, type NodeId, numberOf, type Op } from '@vardrop/core/program';
import type { Device } from '../../device/device.js';
import type { Language } from '../language.js';
import { type Launch, languageOf, load, prepare, store } from '../program.js';
import { callOf, printFunctions } from './functions.js';

/** Elementwise nodes that one launch computes, with its inputs and output. */
export interface ElementwiseGroup {
  readonly shape: readonly number[];
  /** In an order in which they can be computed. */
  readonly nodes: readonly NodeId[];
  readonly inputs: readonly NodeId[];
  readonly output: NodeId;
}

/** One launch for a group of elementwise nodes. Constants of a single number are literals in its source. */
export function elementwise(device: Device, program: BoundProgram, group: ElementwiseGroup): Launch {
  const language = languageOf(device);
  const names = new Map<NodeId, string>();
  const body: string[] = [];
  group.inputs.forEach((id, i) => {
    names.set(id, `x${i}`);
    body.push(language.define('float', `x${i}`, load(language, i)));
  });
  const nameOf = (id: NodeId) => names.get(id) ?? language.number(numberOf(program.nodes[id]) as number);
  const operations = group.nodes.map((id) => program.nodes[id].op);
  group.nodes.forEach((id, i) => {
    const expression: (language: Language, ...operands: string[]) => string =
      expressions[operations[i] as ElementwiseOp];
    names.set(id, `v${i}`);
    body.push(language.define('float', `v${i}`, expression(language, ...program.nodes[id].operands.map(nameOf))));
  });
  body.push(store(language, nameOf(group.output)));
  return prepare(device, {
    shape: group.shape,
    inputs: group.inputs.length,
    words: [],
    functions: printFunctions(language, new Set(operations)),
    body,
  });
}

/** Whether a node is a constant that can be a literal in a program's source. */
export const isLiteral = (node: BoundNode) => Number.isFinite(Math.fround(numberOf(node) ?? Number.NaN));

/** The text of each operation, given the expressions of its operands. */
const expressions = {
  neg: (_, a) => `-(${a})`,
  abs: (_, a) => `abs(${a})`,
  sqrt: (_, a) => `sqrt(${a})`,
  exp: (_, a) => callOf('exp', a),
  log: (_, a) => callOf('log', a),
  floor: (_, a) => `floor(${a})`,
  round: (language, a) => language.round(a),
  add: (_, a, b) => `${a} + ${b}`,
  sub: (_, a, b) => `${a} - ${b}`,
  mul: (_, a, b) => `${a} * ${b}`,
  div: (_, a, b) => `${a} / ${b}`,
  max: (_, a, b) => `max(${a}, ${b})`,
  min: (_, a, b) => `min(${a}, ${b})`,
  selectGreater: (language, a, b, x, y) => language.select(`${a} > ${b}`, x, y),
  broadcast: (_, a) => a,
} as const satisfies Partial<Record<Op, (language: Language, ...operands: readonly string[]) => string>>;

type ElementwiseOp = keyof typeof expressions;

/** Whether launches compute an operation elementwise. */
export const isElementwise = (op: Op): op is ElementwiseOp => op in expressions;
