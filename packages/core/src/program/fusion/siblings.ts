import { operationClass, operationCost } from '../operationClass.js';
import type { NodeId, Program, ProgramNode } from '../program.js';
import { sameShape } from '../shapes.js';
import { findUsers } from './findUsers.js';
import { numberOf } from './numberOf.js';

/** Contractions that can share one loop, because one operand of each is a cheap function of the same tensor. */
export interface Siblings {
  readonly members: readonly NodeId[];
  readonly side: 0 | 1;
  /** The shared tensor. */
  readonly root: NodeId;
  /** The nodes between `root` and each member's operand at `side`, in ascending order. */
  readonly prologue: readonly NodeId[];
}

/**
 * A contraction is paired with as many before it that share its operand. Products of one matrix at all steps of a sequence
 * would make pairs of any two steps.
 */
const nearest = 16;

/** Longest prologue of one operand, in nodes. */
const longestPrologue = 4;

interface Pair {
  readonly first: NodeId;
  readonly second: NodeId;
  readonly side: 0 | 1;
  readonly root: NodeId;
  readonly prologue: readonly NodeId[];
  readonly meets: boolean;
}

/**
 * Groups contractions greedily. It prefers contractions whose results meet in an epilogue, then those with a shorter
 * prologue, then those that are closer together. A group never makes kernels depend on each other in a circle. It reads
 * at most `inputs` tensors. Each contraction is in at most one group.
 */
export function findSiblings(program: Program, live: readonly boolean[], inputs: number): Siblings[] {
  const groups = new Map<NodeId, Siblings>();
  const users = findUsers(program, (id) => live[id]);
  for (const pair of findPairs(program, live, users)) {
    const parts = [groups.get(pair.first), groups.get(pair.second)];
    if (parts.some((part) => part && (part.side !== pair.side || part.root !== pair.root))) continue;
    if (parts[0] && parts[0] === parts[1]) continue;
    const members = ascending([pair.first, pair.second, ...parts.flatMap((part) => part?.members ?? [])]);
    const others = new Set(members.map((member) => program.nodes[member].operands[1 - pair.side]));
    others.add(pair.root);
    if (others.size > inputs || dependsOnItself(members, users, groups)) continue;
    const prologue = ascending([...pair.prologue, ...parts.flatMap((part) => part?.prologue ?? [])]);
    const group: Siblings = { members, side: pair.side, root: pair.root, prologue };
    for (const member of members) groups.set(member, group);
  }
  return [...new Set(groups.values())];
}

const ascending = (ids: readonly NodeId[]): NodeId[] => [...new Set(ids)].sort((a, b) => a - b);

function findPairs(program: Program, live: readonly boolean[], users: readonly NodeId[][]): Pair[] {
  // Contractions by the properties that they have to share. Equal keys give equal result shapes, lengths and index
  // functions.
  const buckets = new Map<string, { id: NodeId; prologue: readonly NodeId[]; root: NodeId; side: 0 | 1 }[]>();
  program.nodes.forEach((node, id) => {
    if (!live[id] || operationClass[node.op] !== 'contraction') return;
    for (const side of [0, 1] as const) {
      for (const [root, prologue] of findRoots(program, node.operands[side])) {
        const key = `${side} ${root} ${agreement(program, node, side)}`;
        const bucket = buckets.get(key) ?? [];
        bucket.push({ id, prologue, root, side });
        buckets.set(key, bucket);
      }
    }
  });
  const pointwise = new Map<NodeId, ReadonlySet<NodeId>>();
  const reach = (id: NodeId) => {
    const known = pointwise.get(id) ?? pointwiseUsers(program, users, id);
    pointwise.set(id, known);
    return known;
  };
  const best = new Map<string, Pair>();
  for (const bucket of buckets.values()) {
    bucket.forEach((second, j) => {
      for (const first of bucket.slice(Math.max(0, j - nearest), j)) {
        const pair: Pair = {
          first: first.id,
          second: second.id,
          side: first.side,
          root: first.root,
          prologue: ascending([...first.prologue, ...second.prologue]),
          meets: [...reach(first.id)].some((id) => reach(second.id).has(id)),
        };
        const key = `${pair.first} ${pair.second} ${pair.side}`;
        const other = best.get(key);
        if (!other || pair.prologue.length < other.prologue.length) best.set(key, pair);
      }
    });
  }
  return [...best.values()].sort(
    (a, b) =>
      Number(b.meets) - Number(a.meets) ||
      a.prologue.length - b.prologue.length ||
      a.second - a.first - (b.second - b.first) ||
      a.first - b.first ||
      a.side - b.side,
  );
}

/** The properties, apart from values, that contractions sharing operand `side` must have in common. */
function agreement(program: Program, node: ProgramNode, side: 0 | 1): string {
  const other = program.nodes[node.operands[1 - side]].shape;
  switch (node.op) {
    case 'matmul':
      return JSON.stringify([node.op, node.shape, side === 0 ? node.transposeA : node.transposeB]);
    case 'conv2d':
    case 'conv2dInputGradient':
    case 'conv2dFilterGradient': {
      const { op, shape, strides, padding, dilations, groups } = node;
      return JSON.stringify([op, shape, other, strides, padding, dilations, groups]);
    }
    default:
      return node.op;
  }
}

/**
 * The tensors from which `operand` can be computed by cheap elementwise functions, each with the nodes between.
 * `operand` itself is one of them, with no nodes between. All have the same shape, so that one index reads each of
 * them.
 */
function findRoots(program: Program, operand: NodeId): Map<NodeId, readonly NodeId[]> {
  const roots = new Map<NodeId, readonly NodeId[]>([[operand, []]]);
  const candidates = [operand];
  for (const candidate of candidates) {
    if (candidates.length > 2 * longestPrologue) break;
    for (const root of cheapOperands(program, candidate) ?? []) {
      if (!candidates.includes(root)) candidates.push(root);
    }
  }
  for (const root of candidates.slice(1)) {
    const between = nodesBetween(program, operand, root);
    if (between) roots.set(root, between);
  }
  return roots;
}

/**
 * The operands, without numbers, of a cheap elementwise node whose operands all have its shape; undefined for other
 * nodes. Inside a contraction's loop an expensive or broadcasting node would be computed once per product.
 */
function cheapOperands(program: Program, id: NodeId): NodeId[] | undefined {
  const node = program.nodes[id];
  if (operationCost[node.op] !== 'cheap') return undefined;
  const operands = node.operands.filter((operand) => numberOf(program.nodes[operand]) === undefined);
  return operands.every((operand) => sameShape(program.nodes[operand].shape, node.shape)) ? operands : undefined;
}

/** The nodes that compute `operand` from `root` alone; undefined if it needs other tensors or too many nodes. */
function nodesBetween(program: Program, operand: NodeId, root: NodeId): NodeId[] | undefined {
  const between = new Set<NodeId>();
  const pending = [operand];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === root || between.has(id)) continue;
    const operands = cheapOperands(program, id);
    if (!operands || operands.length === 0) return undefined;
    between.add(id);
    if (between.size > longestPrologue) return undefined;
    pending.push(...operands);
  }
  return ascending([...between]);
}

/** The nodes that an epilogue of contraction `id` could compute from it. */
function pointwiseUsers(program: Program, users: readonly NodeId[][], id: NodeId): ReadonlySet<NodeId> {
  const reached = new Set<NodeId>();
  const pending = [id];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const user of users[next]) {
      const node = program.nodes[user];
      if (reached.has(user) || operationClass[node.op] !== 'elementwise') continue;
      if (!sameShape(node.shape, program.nodes[id].shape)) continue;
      reached.add(user);
      pending.push(user);
    }
  }
  return reached;
}

/** Whether a path leaves `members` and returns. Each existing group counts as one node. */
function dependsOnItself(
  members: readonly NodeId[],
  users: readonly NodeId[][],
  groups: ReadonlyMap<NodeId, Siblings>,
): boolean {
  const inside = new Set(members);
  const last = lastOnTheWay(members, groups);
  const seen = new Set<NodeId>();
  const pending = [...members];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const user of users[id]) {
      if (inside.has(user)) return true;
      if (user > last || seen.has(user)) continue;
      for (const together of groups.get(user)?.members ?? [user]) {
        seen.add(together);
        pending.push(together);
      }
    }
  }
  return false;
}

/**
 * The last node that can be on a path back to `members`. Users come later in the order, but a group may continue at an
 * earlier member.
 */
function lastOnTheWay(members: readonly NodeId[], groups: ReadonlyMap<NodeId, Siblings>): NodeId {
  let last = Math.max(...members);
  for (let grows = true; grows; ) {
    grows = false;
    for (const { members: others } of new Set(groups.values())) {
      if (others[0] > last || others[others.length - 1] <= last) continue;
      last = others[others.length - 1];
      grows = true;
    }
  }
  return last;
}
