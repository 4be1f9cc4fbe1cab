import type { Builder, Value } from './builder.js';
import { findUsers } from './fusion/findUsers.js';
import type { BoundNode, BoundProgram, NodeId } from './program.js';
import { rewrite } from './rewrite.js';
import { sameShape } from './shapes.js';
import { simplify } from './simplify.js';

/** From so many terms on, one product takes less time than its parts, although its operands have to be copied. */
const least = 3;

/** The terms of a sum: those that are stacked, in lists of one kind, and the others. */
interface StackedSum {
  readonly stacks: readonly (readonly NodeId[])[];
  readonly others: readonly NodeId[];
}

/**
 * The same program with sums of products `Σₜ aₜᵀ cₜ` as one product of stacked operands, and sums over rows `Σₜ Σᵣ cₜ` as one sum over
 * the rows of all. The gradients of weights and biases that are used at each step of a sequence are such sums. Values change only by
 * the order in which terms are added up.
 */
export function stackProducts(program: BoundProgram): BoundProgram {
  const { nodes } = program;
  const sums = findSums(program);
  if (sums.size === 0) return program;
  /** Values of the new program, of all nodes that have been operands. */
  const copies: Value[] = [];
  const stacked = rewrite(program, (b, node, operands, id) => {
    node.operands.forEach((operand, i) => {
      copies[operand] = operands[i];
    });
    const sum = sums.get(id);
    if (!sum) return undefined;
    const joined = sum.stacks.map((terms) => stackOf(b, nodes, copies, terms));
    return [...sum.others.map((other) => copies[other]), ...joined].reduce((total, term) => b.add(total, term));
  });
  return simplify(stacked);
}

/** One value for terms of one kind. */
function stackOf(b: Builder, nodes: readonly BoundNode[], copies: readonly Value[], terms: readonly NodeId[]): Value {
  const stack = (index: number) =>
    b.concatenate(
      terms.map((term) => copies[bare(nodes, term).operands[index]]),
      0,
    );
  const first = bare(nodes, terms[0]);
  if (first.op === 'matmul') return b.matmul(stack(0), stack(1), { transposeA: true });
  return b.reshape(b.reduceSum(stack(0), [0]), nodes[terms[0]].shape);
}

/** The node itself, or what it reshapes. */
function bare(nodes: readonly BoundNode[], id: NodeId): BoundNode {
  const node = nodes[id];
  return node.op === 'reshape' ? nodes[node.operands[0]] : node;
}

/** What terms that can be stacked have in common; undefined for other nodes. */
function kindOf(nodes: readonly BoundNode[], id: NodeId): string | undefined {
  const node = bare(nodes, id);
  const [first, second] = node.operands.map((operand) => nodes[operand].shape);
  switch (node.op) {
    case 'matmul':
      return node.transposeA && !node.transposeB && node.shape.length === 2 && nodes[id] === node
        ? `product ${first[1]} ${second[1]}`
        : undefined;
    case 'reduceSum':
      return node.axes.length === 1 && node.axes[0] === 0 && first.length > 1 ? `rows ${first.slice(1)}` : undefined;
    default:
      return undefined;
  }
}

/** The sums with terms that can be stacked, by their last addition. */
function findSums(program: BoundProgram): ReadonlyMap<NodeId, StackedSum> {
  const { nodes } = program;
  const users = findUsers(program);
  const named = new Set(Object.values(program.outputs));
  const isInner = (id: NodeId) =>
    nodes[id].op === 'add' &&
    !named.has(id) &&
    users[id].length === 1 &&
    nodes[users[id][0]].op === 'add' &&
    sameShape(nodes[users[id][0]].shape, nodes[id].shape);
  const sums = new Map<NodeId, StackedSum>();
  nodes.forEach((node, id) => {
    if (node.op !== 'add' || isInner(id)) return;
    const terms: NodeId[] = [];
    // From the last addition inwards. Without recursion, so that the number of terms is not limited.
    const waiting = [...node.operands];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (isInner(next)) waiting.push(...nodes[next].operands);
      else terms.push(next);
    }
    if (terms.length < least) return;
    const kinds = new Map<string, NodeId[]>();
    for (const term of terms) {
      const isOwn = users[term].length === 1 && !named.has(term) && sameShape(nodes[term].shape, node.shape);
      const kind = isOwn ? kindOf(nodes, term) : undefined;
      if (kind === undefined) continue;
      const known = kinds.get(kind);
      if (known) known.push(term);
      else kinds.set(kind, [term]);
    }
    const stacks = [...kinds.values()].filter((stack) => stack.length >= least);
    if (stacks.length === 0) return;
    const stacked = new Set(stacks.flat());
    sums.set(id, { stacks, others: terms.filter((term) => !stacked.has(term)) });
  });
  return sums;
}
