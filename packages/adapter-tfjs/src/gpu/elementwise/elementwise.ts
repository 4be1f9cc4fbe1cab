import type { BoundNode, BoundProgram, NodeId, Op } from '@vardrop/core/program';
import type { Device } from '../../device/device.js';
import type { Language } from '../language.js';
import { type Launch, languageOf, load, prepare, store } from '../program.js';
import { callOf, isPrinted, type PrintedFunction, printFunctions } from './functions.js';

/** Elementwise nodes that one launch computes, and what it reads and writes. */
export interface ElementwiseGroup {
  readonly shape: readonly number[];
  /** In an order that can be computed. */
  readonly nodes: readonly NodeId[];
  readonly inputs: readonly NodeId[];
  readonly output: NodeId;
}

/** One launch for a group of elementwise nodes. Constants of a single number are written into its source. */
export function elementwise(device: Device, program: BoundProgram, group: ElementwiseGroup): Launch {
  const language = languageOf(device);
  const functions = new Set<PrintedFunction>();
  const names = new Map<NodeId, string>();
  const body: string[] = [];
  group.inputs.forEach((id, i) => {
    names.set(id, `x${i}`);
    body.push(language.define('float', `x${i}`, load(language, i)));
  });
  const nameOf = (id: NodeId) => {
    const node = program.nodes[id];
    return names.get(id) ?? language.number((node as BoundNode & { value: number }).value);
  };
  group.nodes.forEach((id, i) => {
    const node = program.nodes[id];
    names.set(id, `v${i}`);
    body.push(language.define('float', `v${i}`, expression(language, node, node.operands.map(nameOf), functions)));
  });
  body.push(store(language, nameOf(group.output)));
  return prepare(device, {
    shape: group.shape,
    inputs: group.inputs.length,
    words: [],
    functions: printFunctions(language, functions),
    body,
  });
}

/** Whether a constant can be written into a program's source. */
export const isLiteral = (node: BoundNode) =>
  node.op === 'constant' && typeof node.value === 'number' && Number.isFinite(Math.fround(node.value));

const elementwiseOps: ReadonlySet<Op> = new Set<Op>([
  ...(['neg', 'abs', 'sqrt', 'exp', 'log'] as const),
  ...(['add', 'sub', 'mul', 'div', 'max', 'min', 'selectGreater', 'broadcast'] as const),
]);

/** Whether element i of a node's result needs element i of its operands alone, after broadcasting. */
export const isElementwise = (op: Op) => elementwiseOps.has(op);

const operators = { add: '+', sub: '-', mul: '*', div: '/' } as const;

function expression(
  language: Language,
  node: BoundNode,
  [a, b, x, y]: readonly string[],
  functions: Set<PrintedFunction>,
): string {
  switch (node.op) {
    case 'neg':
      return `-(${a})`;
    case 'abs':
    case 'sqrt':
      return `${node.op}(${a})`;
    case 'max':
    case 'min':
      return `${node.op}(${a}, ${b})`;
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return `${a} ${operators[node.op]} ${b}`;
    case 'selectGreater':
      return language.select(`${a} > ${b}`, x, y);
    case 'broadcast':
      return a;
    case 'exp':
    case 'log':
      if (isPrinted(node.op)) functions.add(node.op);
      return callOf(node.op, a);
    default:
      throw new RangeError(`${node.op} is not elementwise`);
  }
}
