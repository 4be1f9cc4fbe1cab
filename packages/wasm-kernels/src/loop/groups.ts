import {
  type BoundNode,
  type BoundProgram,
  findUsers,
  invariantNodes,
  type NodeId,
  numberOf,
  operationClass,
} from '@vardrop/core/program';
import { isVectorOp } from './vectorMath.js';

/** Elementwise nodes of one shape, and reductions of them, that one loop computes. */
export interface Group {
  /** The iteration shape: the shape of every elementwise node, and of the operands of the reductions. */
  readonly shape: readonly number[];
  /** In an order in which they can be computed. */
  readonly nodes: readonly NodeId[];
  /** Values from outside that it reads, without single numbers. */
  readonly operands: readonly NodeId[];
  /** Values that other pieces or the program's outputs need. */
  readonly results: readonly NodeId[];
}

/** A piece of a program: a loop, or a node of another kind. */
export type Piece = Group | NodeId;

const isElementwise = (node: BoundNode) => isVectorOp(node.op);
const isReduction = (node: BoundNode) => operationClass[node.op] === 'reduction';

/**
 * The most tensors and nodes of one loop. A larger loop is cut in two, because its function would be too large to
 * compile well.
 */
const mostTensors = 128;
const mostNodes = 256;

/**
 * Cuts a program into loops and other nodes, in an order in which they can be computed.
 *
 * Every node gets a level. If two connected nodes cannot share a loop (other shapes, a matrix product, the result of a
 * reduction), the user's level is higher by at least one. All nodes of the same shape and level can then share a loop.
 * Levels are as late as the users allow, so that values that only the optimizer's update needs are computed in its
 * loop. A reduction goes into the loop that computes its operand. Loops whose nodes have no value in common stay
 * separate.
 */
export function groupNodes(program: BoundProgram): Piece[] {
  const { nodes } = program;
  const shared = invariantNodes(program);
  const isFusible = (id: NodeId) => isElementwise(nodes[id]) || isReduction(nodes[id]);
  /** Nodes of the same space can share a loop. */
  const spaces = nodes.map((node, id) => {
    if (!isFusible(id)) return `node ${id}`;
    const shape = isReduction(node) ? nodes[node.operands[0]].shape : node.shape;
    return `${shared[id]} ${shape}`;
  });
  const isJoined = (from: NodeId, to: NodeId) =>
    isElementwise(nodes[from]) && isFusible(to) && spaces[from] === spaces[to];

  const levels = findLevels(program, isJoined);
  const loops = connected(program, (id) => isFusible(id), spaces, levels, isJoined);
  const users = findUsers(program);
  const named = new Set(Object.values(program.outputs));

  const pieces: Piece[] = [];
  const pieceOf = new Map<NodeId, Piece>();
  const add = (piece: Piece, members: readonly NodeId[]) => {
    pieces.push(piece);
    for (const id of members) pieceOf.set(id, piece);
  };
  const describe = (members: readonly NodeId[]): Group => {
    const inside = new Set(members);
    const operands = new Set(
      members.flatMap((id) => nodes[id].operands.filter((x) => !inside.has(x) && numberOf(nodes[x]) === undefined)),
    );
    const first = nodes[members[0]];
    return {
      shape: isReduction(first) ? nodes[first.operands[0]].shape : first.shape,
      nodes: members,
      operands: [...operands],
      results: members.filter((id) => named.has(id) || users[id].some((user) => !inside.has(user))),
    };
  };
  const addLoops = (members: readonly NodeId[]) => {
    const group = describe(members);
    const fits = members.length <= mostNodes && group.operands.length + group.results.length <= mostTensors;
    if (fits || members.length === 1) {
      add(group, members);
      return;
    }
    const half = members.length >> 1;
    addLoops(members.slice(0, half));
    addLoops(members.slice(half));
  };
  for (const members of loops) addLoops(members);
  nodes.forEach((node, id) => {
    if (operationClass[node.op] !== 'source' && !isFusible(id)) add(id, [id]);
  });
  return ordered(program, pieces, pieceOf);
}

/** The latest possible level of each node before its users. A reduction gets the level of the loop that it joins. */
function findLevels(program: BoundProgram, isJoined: (from: NodeId, to: NodeId) => boolean): number[] {
  const { nodes } = program;
  const upperBounds = new Array<number>(nodes.length).fill(Number.POSITIVE_INFINITY);
  const named = new Set(Object.values(program.outputs));
  const latest = (binding: (id: NodeId) => boolean) => {
    const levels = [...upperBounds];
    for (let id = nodes.length - 1; id >= 0; id--) {
      // A single number, such as the loss, may be computed at any late level.
      if (named.has(id)) levels[id] = Math.min(levels[id], nodes[id].shape.length > 0 ? 0 : nodes.length);
      if (!binding(id)) continue;
      for (const operand of nodes[id].operands) {
        levels[operand] = Math.min(levels[operand], levels[id] - (isJoined(operand, id) ? 0 : 1));
      }
    }
    return levels;
  };
  // The first pass ignores how reductions bind their operands. Then each reduction joins the latest node of its loop.
  const loose = latest((id) => !isReduction(nodes[id]));
  const reach = [...loose];
  nodes.forEach((node, id) => {
    if (!isElementwise(node)) return;
    for (const operand of node.operands) {
      if (isJoined(operand, id) && Number.isFinite(reach[operand])) {
        reach[id] = Number.isFinite(loose[id]) ? loose[id] : Math.max(finite(reach[id]), reach[operand]);
      }
    }
  });
  nodes.forEach((node, id) => {
    if (!isReduction(node)) return;
    const [operand] = node.operands;
    if (isJoined(operand, id) && Number.isFinite(reach[operand])) upperBounds[id] = reach[operand];
  });
  // Nodes that no output needs also get a finite level, because infinite levels give no order.
  for (let id = 0; id < nodes.length; id++) upperBounds[id] = Math.min(upperBounds[id], 2 * nodes.length);
  return latest(() => true);
}

const finite = (level: number) => (Number.isFinite(level) ? level : Number.NEGATIVE_INFINITY);

/** Nodes of the same space and level that are connected by an edge or read the same operand of the whole shape. */
function connected(
  program: BoundProgram,
  isFusible: (id: NodeId) => boolean,
  spaces: readonly string[],
  levels: readonly number[],
  isJoined: (from: NodeId, to: NodeId) => boolean,
): NodeId[][] {
  const { nodes } = program;
  const parents = nodes.map((_, id) => id);
  const find = (id: NodeId): NodeId => {
    let root = id;
    while (parents[root] !== root) root = parents[root];
    parents[id] = root;
    return root;
  };
  const join = (a: NodeId, b: NodeId) => {
    parents[Math.max(find(a), find(b))] = Math.min(find(a), find(b));
  };
  const readers = new Map<string, NodeId>();
  nodes.forEach((node, id) => {
    if (!isFusible(id)) return;
    for (const operand of node.operands) {
      if (isJoined(operand, id) && levels[operand] === levels[id]) {
        join(operand, id);
      } else if (nodes[operand].shape.length > 0 && numberOf(nodes[operand]) === undefined) {
        const key = `${operand} ${spaces[id]} ${levels[id]}`;
        join(readers.get(key) ?? id, id);
        readers.set(key, id);
      }
    }
  });
  const loops = new Map<NodeId, NodeId[]>();
  nodes.forEach((_, id) => {
    if (!isFusible(id)) return;
    const loop = loops.get(find(id));
    if (loop) loop.push(id);
    else loops.set(id, [id]);
  });
  return [...loops.values()];
}

/** The pieces, each after the pieces that it reads from, otherwise in the program's order. */
function ordered(program: BoundProgram, pieces: readonly Piece[], pieceOf: ReadonlyMap<NodeId, Piece>): Piece[] {
  const last = (piece: Piece) => (typeof piece === 'number' ? piece : piece.nodes[piece.nodes.length - 1]);
  const result: Piece[] = [];
  const done = new Set<Piece>();
  /**
   * A stack of pieces that wait for each other, with their operands that are still to be visited. There is no
   * recursion, so the depth is not limited.
   */
  const waiting: { readonly piece: Piece; readonly operands: Iterator<NodeId> }[] = [];
  const open = (piece: Piece | undefined) => {
    if (piece === undefined || done.has(piece)) return;
    done.add(piece);
    const operands = typeof piece === 'number' ? program.nodes[piece].operands : piece.operands;
    waiting.push({ piece, operands: operands.values() });
  };
  for (const first of [...pieces].sort((a, b) => last(a) - last(b))) {
    open(first);
    for (let top = waiting.at(-1); top !== undefined; top = waiting.at(-1)) {
      const operand = top.operands.next();
      if (!operand.done) {
        open(pieceOf.get(operand.value));
        continue;
      }
      result.push(top.piece);
      waiting.pop();
    }
  }
  return result;
}
