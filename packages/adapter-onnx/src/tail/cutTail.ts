import {
  type BoundNode,
  type BoundProgram,
  elementCount,
  findUsers,
  type NodeId,
  operationClass,
} from '@vardrop/core/program';
import { nativeFunctions } from '../supports.js';

/** A program in two parts. */
export interface CutProgram {
  /** Everything up to the last products. Beside outputs of the program it has `handed`. Absent where it has neither. */
  readonly head?: BoundProgram;
  /** What is left: elementwise nodes and reductions of inputs and of `handed`, which it has as inputs. */
  readonly tail: BoundProgram;
  /** Names of the values that the head computes for the tail. */
  readonly handed: readonly string[];
}

/**
 * Cuts off the end of a program that only has elementwise nodes and reductions: in a training step the KL, its gradient and the
 * optimizer. Undefined where the tail computes fewer than `least` numbers of the carried values.
 */
export function cutTail(program: BoundProgram, least: number): CutProgram | undefined {
  const { nodes, outputs } = program;
  const size = (id: NodeId) => elementCount(nodes[id].shape);
  if (nodes.some((_, id) => size(id) === 0)) return undefined;
  const inTail = findTail(program, size);
  const named = Object.entries(outputs);
  const ofTail = named.filter(([, id]) => inTail[id]);
  const carried = new Set(nodes.flatMap((node) => (node.op === 'input' && node.role === 'carried' ? [node.name] : [])));
  const kept = ofTail.reduce((sum, [name, id]) => (carried.has(name) ? sum + size(id) : sum), 0);
  if (kept < least) return undefined;

  const again = computedAgain(nodes);
  const handed = new Map<NodeId, string>();
  nodes.forEach(({ operands, op }, id) => {
    if (!inTail[id]) return;
    for (const operand of operands) {
      const computed = operationClass[nodes[operand].op] !== 'source';
      if (op !== 'input' && computed && !inTail[operand] && !again[operand]) handed.set(operand, `tail:${operand}`);
    }
  });
  const ofHead = named.filter(([, id]) => !inTail[id]);
  const handedOutputs = [...handed].map(([id, name]) => [name, id] as const);
  const headOutputs = [...ofHead, ...handedOutputs];
  return {
    ...(headOutputs.length > 0 ? { head: select(program, Object.fromEntries(headOutputs), new Map()) } : {}),
    tail: select(program, Object.fromEntries(ofTail), handed),
    handed: [...handed.values()],
  };
}

const isLoopNode = ({ op }: BoundNode) =>
  op === 'reshape' ||
  operationClass[op] === 'reduction' ||
  (operationClass[op] === 'elementwise' && !(nativeFunctions as readonly string[]).includes(op));

/** By node: whether it and everything that reads it can be in the tail, and the head would not hand over less by keeping it. */
function findTail(program: BoundProgram, size: (id: NodeId) => number): boolean[] {
  const { nodes } = program;
  const users = findUsers(program);
  const named = new Set(Object.values(program.outputs));
  const inTail = new Array<boolean>(nodes.length).fill(false);
  for (let id = nodes.length - 1; id >= 0; id--) {
    const isUsed = named.has(id) || users[id].length > 0;
    inTail[id] = isUsed && isLoopNode(nodes[id]) && users[id].every((user) => inTail[user]);
  }
  const isOfHead = (id: NodeId) => !inTail[id] && operationClass[nodes[id].op] !== 'source';
  nodes.forEach(({ operands }, id) => {
    if (!inTail[id] || operands.some((operand) => inTail[operand])) return;
    const read = operands.filter(isOfHead).reduce((sum, operand) => sum + size(operand), 0);
    if (size(id) < read) inTail[id] = false;
  });
  return inTail;
}

/** By node: whether the tail computes it from parameters once more, instead of the head handing it over. */
function computedAgain(nodes: readonly BoundNode[]): boolean[] {
  const again: boolean[] = [];
  for (const node of nodes) {
    const { op, operands } = node;
    const isSource = op === 'constant' || (op === 'input' && node.role === 'carried');
    again.push(isSource || (operands.length > 0 && isLoopNode(node) && operands.every((operand) => again[operand])));
  }
  return again;
}

/** The part of a program that some outputs need. The nodes in `given` become inputs. */
function select(
  program: BoundProgram,
  outputs: BoundProgram['outputs'],
  given: ReadonlyMap<NodeId, string>,
): BoundProgram {
  const wanted = new Set(Object.values(outputs));
  for (let id = program.nodes.length - 1; id >= 0; id--) {
    if (wanted.has(id) && !given.has(id)) for (const operand of program.nodes[id].operands) wanted.add(operand);
  }
  const places = new Map<NodeId, NodeId>();
  const nodes: BoundNode[] = [];
  program.nodes.forEach((node, id) => {
    if (!wanted.has(id)) return;
    const name = given.get(id);
    places.set(id, nodes.length);
    nodes.push(
      name === undefined
        ? { ...node, operands: node.operands.map((operand) => places.get(operand) as NodeId) }
        : { op: 'input', name, role: 'iteration', operands: [], shape: node.shape },
    );
  });
  const placed = Object.entries(outputs).map(([name, id]) => [name, places.get(id) as NodeId] as const);
  return { name: program.name, nodes, outputs: Object.fromEntries(placed) };
}
