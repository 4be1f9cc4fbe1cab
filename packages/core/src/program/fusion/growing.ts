import type { KernelKind, KernelLimits } from '../kernel.js';
import { operationClass } from '../operationClass.js';
import type { NodeId, Program, Shape } from '../program.js';
import { sameShape } from '../shapes.js';
import type { Graph } from './graph.js';

/** A cluster that may still grow. Its nodes are not sorted. */
export interface Growing<S extends Shape = Shape> {
  kind: KernelKind;
  readonly shape: S;
  readonly nodes: NodeId[];
  readonly inputs: Set<NodeId>;
  readonly outputs: Set<NodeId>;
  /** A cluster has a higher rank than those that it reads, from `rankClusters` on. */
  rank: number;
}

/** The clusters of a program while they are being merged. */
export interface Clustering<S extends Shape = Shape> {
  readonly program: Program<S>;
  readonly graph: Graph;
  readonly limits: KernelLimits;
  /** Nodes that the program's outputs name. */
  readonly required: ReadonlySet<NodeId>;
  /** For each node, the cluster that contains it. */
  readonly clusterOf: (Growing<S> | undefined)[];
}

/**
 * A cluster of nodes that belong together from the start. Siblings do not read each other, and each computed node is
 * needed.
 */
export function createGrowing<S extends Shape>(
  { program, graph, clusterOf }: Clustering<S>,
  nodes: readonly NodeId[],
): Growing<S> {
  const node = program.nodes[nodes[0]];
  const kind = operationClass[node.op] as KernelKind;
  const shape = kind === 'reduction' ? program.nodes[node.operands[0]].shape : node.shape;
  const reads = nodes.flatMap((id) => graph.reads[id].map(({ producer }) => producer));
  const made: Growing<S> = { kind, shape, nodes: [...nodes], inputs: new Set(reads), outputs: new Set(nodes), rank: 0 };
  for (const id of nodes) clusterOf[id] = made;
  return made;
}

/**
 * Merges a cluster into the only one that needs it, if there is exactly one. This cannot create a cycle, because all
 * paths out of `own` lead into that cluster.
 */
export function joinUser(clustering: Clustering, own: Growing): void {
  const user = onlyUser(clustering, own);
  if (!user || !sameShape(own.shape, user.shape)) return;
  const fits =
    own.kind === 'elementwise'
      ? user.kind === 'elementwise' || user.kind === 'contraction' || user.kind === 'reduction'
      : own.kind === 'contraction' && user.kind === 'elementwise';
  if (fits && traffic(clustering, own, user).inputs <= clustering.limits.inputs) merge(clustering, own, user);
}

/** Merges the cluster of `producer` with one that reads it, or merges two clusters that read the whole of it. */
export function mergeAround(clustering: Clustering, producer: NodeId): boolean {
  const { program, graph, clusterOf } = clustering;
  const own = clusterOf[producer];
  const readers = [...new Set(graph.uses[producer].map(({ user }) => clusterOf[user] as Growing))];
  if (own && readers.some((reader) => tryMerge(clustering, own, reader))) return true;
  // Two readers are merged only if both read a whole tensor. Sharing a scalar saves nothing.
  const { shape } = program.nodes[producer];
  const alike = readers.filter((reader) => reader.kind === 'elementwise' && sameShape(reader.shape, shape));
  return alike.some((reader, i) => alike.slice(0, i).some((other) => tryMerge(clustering, other, reader)));
}

/** Merges `a` with `b` if the result is a kernel within the limits. `b` may read `a`. */
function tryMerge(clustering: Clustering, a: Growing, b: Growing): boolean {
  const { limits } = clustering;
  const kinds = [a.kind, b.kind];
  if (a === b || !sameShape(a.shape, b.shape)) return false;
  if (!kinds.every((kind) => kind === 'elementwise' || kind === 'contraction')) return false;
  if (!kinds.includes('elementwise') || readsAcross(clustering, a, b)) return false;
  const { inputs, outputs } = traffic(clustering, a, b);
  const before = Math.max(a.outputs.size, b.outputs.size);
  // Siblings may start above the limit of outputs. Then a merge is accepted if it reduces the number of outputs.
  if (inputs > limits.inputs || (outputs > limits.outputs && outputs >= before)) return false;
  const between = findBetween(clustering, a, b);
  if (between === undefined) return false;
  const merged = merge(clustering, a, b);
  // The merged cluster goes behind all that the later one reads, and before all that read the earlier one. Only these have to
  // move, to ranks that they have among them (Pearce & Kelly 2007).
  const ordered = [...between.before, merged, ...between.after];
  const ranks = [...between.before, a, b, ...between.after].map(({ rank }) => rank).sort((x, y) => x - y);
  const spare = between.before.length + 1;
  ordered.forEach((each, i) => {
    each.rank = ranks[i < spare ? i : i + 1];
  });
  return true;
}

/**
 * Merges two clusters. The result has the kind of the second, or the kind of the first if the first is a contraction.
 */
function merge(clustering: Clustering, a: Growing, b: Growing): Growing {
  const { clusterOf } = clustering;
  const [small, large] = bySize(a, b);
  large.kind = a.kind === 'contraction' ? a.kind : b.kind;
  for (const id of small.outputs) if (leaves(clustering, id, a, b)) large.outputs.add(id);
  for (const id of small.inputs) {
    if (clusterOf[id] !== large) large.inputs.add(id);
    else if (!leaves(clustering, id, a, b)) large.outputs.delete(id);
  }
  for (const id of small.nodes) {
    large.inputs.delete(id);
    large.nodes.push(id);
    clusterOf[id] = large;
  }
  return large;
}

/** How many tensors the merged cluster would read and write. */
function traffic(clustering: Clustering, a: Growing, b: Growing): { inputs: number; outputs: number } {
  const { clusterOf } = clustering;
  const [small, large] = bySize(a, b);
  let inputs = large.inputs.size;
  let outputs = large.outputs.size;
  for (const id of small.nodes) if (large.inputs.has(id)) inputs -= 1;
  for (const id of small.inputs) {
    if (clusterOf[id] !== large) inputs += large.inputs.has(id) ? 0 : 1;
    else if (!leaves(clustering, id, a, b)) outputs -= 1;
  }
  for (const id of small.outputs) if (leaves(clustering, id, a, b)) outputs += 1;
  return { inputs, outputs };
}

/** Whether anything outside of the two clusters needs this node of theirs. */
function leaves({ graph, required, clusterOf }: Clustering, id: NodeId, a: Growing, b: Growing): boolean {
  return required.has(id) || graph.uses[id].some(({ user }) => clusterOf[user] !== a && clusterOf[user] !== b);
}

/** The cluster that contains all readers of these nodes, if there is exactly one. */
function onlyUser({ graph, required, clusterOf }: Clustering, own: Growing): Growing | undefined {
  const users = new Set<Growing>();
  for (const id of own.nodes) {
    if (required.has(id)) return undefined;
    for (const use of graph.uses[id]) {
      if (!use.pointwise) return undefined;
      users.add(clusterOf[use.user] as Growing);
    }
  }
  const [user] = users;
  return users.size === 1 ? user : undefined;
}

/**
 * The clusters between two that may be merged, in their order: those that the later one needs (`before`) and those that need
 * the earlier one (`after`). Undefined if one of them is both: a path then leaves the two clusters and returns.
 */
function findBetween(
  clustering: Clustering,
  a: Growing,
  b: Growing,
): { readonly before: readonly Growing[]; readonly after: readonly Growing[] } | undefined {
  const [early, late] = a.rank < b.rank ? [a, b] : [b, a];
  const after = reach(early, (own) => usersOf(clustering, own), { early, late });
  if (after === undefined) return undefined;
  const before = reach(late, (own) => producersOf(clustering, own), { early, late }) ?? [];
  return { before, after };
}

/** Clusters between `early` and `late` that `next` leads to from `start`, in their order; undefined if it leads to the other. */
function reach(
  start: Growing,
  next: (own: Growing) => Iterable<Growing>,
  { early, late }: { readonly early: Growing; readonly late: Growing },
): Growing[] | undefined {
  const found = new Set<Growing>();
  const pending = [start];
  for (let own = pending.pop(); own !== undefined; own = pending.pop()) {
    for (const other of next(own)) {
      if (own !== start && (other === early || other === late)) return undefined;
      if (other.rank <= early.rank || other.rank >= late.rank || found.has(other)) continue;
      found.add(other);
      pending.push(other);
    }
  }
  return [...found].sort((x, y) => x.rank - y.rank);
}

function usersOf({ graph, clusterOf }: Clustering, own: Growing): Set<Growing> {
  const users = new Set<Growing>();
  for (const id of own.outputs) for (const { user } of graph.uses[id]) users.add(clusterOf[user] as Growing);
  users.delete(own);
  return users;
}

function producersOf({ clusterOf }: Clustering, own: Growing): Set<Growing> {
  const producers = new Set<Growing>();
  for (const id of own.inputs) {
    const producer = clusterOf[id];
    if (producer !== undefined) producers.add(producer);
  }
  return producers;
}

/** Gives each cluster a higher rank than those that it reads. */
export function rankClusters(clustering: Clustering, clusters: ReadonlySet<Growing>): void {
  const waits = new Map([...clusters].map((each) => [each, producersOf(clustering, each).size]));
  const ready = [...clusters].filter((each) => waits.get(each) === 0);
  let rank = 0;
  for (let own = ready.pop(); own !== undefined; own = ready.pop()) {
    own.rank = rank++;
    for (const user of usersOf(clustering, own)) {
      const left = (waits.get(user) as number) - 1;
      waits.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
}

/** Whether one of the two clusters reads a node of the other at another index than the one that is written. */
function readsAcross({ graph, clusterOf }: Clustering, a: Growing, b: Growing): boolean {
  const [small, large] = bySize(a, b);
  return small.nodes.some(
    (id) =>
      graph.uses[id].some((use) => !use.pointwise && clusterOf[use.user] === large) ||
      graph.reads[id].some((use) => !use.pointwise && clusterOf[use.producer] === large),
  );
}

const bySize = (a: Growing, b: Growing): [small: Growing, large: Growing] =>
  a.nodes.length < b.nodes.length ? [a, b] : [b, a];
