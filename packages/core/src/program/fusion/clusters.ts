import type { KernelKind, KernelLimits } from '../kernel.js';
import { operationClass } from '../operationClass.js';
import type { NodeId, Program, Shape } from '../program.js';
import { sameShape } from '../shapes.js';
import type { Graph } from './graph.js';
import type { Siblings } from './siblings.js';

/** Nodes that become one kernel. */
export interface Cluster<S extends Shape = Shape> {
  readonly kind: KernelKind;
  /** The shape of its loop. */
  readonly shape: S;
  /** Ascending. */
  readonly nodes: readonly NodeId[];
  /** Tensors that it reads, ascending. */
  readonly inputs: readonly NodeId[];
  /** Those of its nodes that it writes, ascending. */
  readonly outputs: readonly NodeId[];
}

/** A cluster that may still grow; its nodes are in no order. */
interface Growing<S extends Shape = Shape> {
  kind: KernelKind;
  readonly shape: S;
  readonly nodes: NodeId[];
  readonly inputs: Set<NodeId>;
  readonly outputs: Set<NodeId>;
}

/**
 * Groups the computed nodes into clusters, of which no two depend on each other in a circle, in an order in which they can
 * be computed. First every node joins the one cluster that needs it, from the outputs backwards, which never adds an output;
 * then clusters that read each other or the same tensors are merged where that keeps within the limits. Whatever is done
 * with two clusters takes as long as the smaller one is large, so that long programs take no more time a node than short ones.
 */
export function cluster<S extends Shape>(
  program: Program<S>,
  graph: Graph,
  siblings: readonly Siblings[],
  limits: KernelLimits,
): readonly Cluster<S>[] {
  const clusterOf: (Growing<S> | undefined)[] = program.nodes.map(() => undefined);
  const required = new Set(Object.values(program.outputs));

  function create(nodes: readonly NodeId[]): Growing<S> {
    const node = program.nodes[nodes[0]];
    const kind = operationClass[node.op] as KernelKind;
    const shape = kind === 'reduction' ? operandShape(nodes[0]) : node.shape;
    const reads = nodes.flatMap((id) => graph.reads[id].map(({ producer }) => producer));
    // Siblings do not read each other, and something needs each computed node.
    const made: Growing<S> = { kind, shape, nodes: [...nodes], inputs: new Set(reads), outputs: new Set(nodes) };
    for (const id of nodes) clusterOf[id] = made;
    return made;
  }
  const operandShape = (id: NodeId) => program.nodes[program.nodes[id].operands[0]].shape;

  /** Whether something outside of the two clusters needs a node of theirs. */
  function leaves(id: NodeId, a: Growing<S>, b: Growing<S>): boolean {
    return required.has(id) || graph.uses[id].some(({ user }) => clusterOf[user] !== a && clusterOf[user] !== b);
  }

  /** How many tensors two clusters would read and write as one. */
  function traffic(a: Growing<S>, b: Growing<S>): { inputs: number; outputs: number } {
    const [small, large] = bySize(a, b);
    let inputs = large.inputs.size;
    let outputs = large.outputs.size;
    for (const id of small.nodes) if (large.inputs.has(id)) inputs -= 1;
    for (const id of small.inputs) {
      if (clusterOf[id] !== large) inputs += large.inputs.has(id) ? 0 : 1;
      else if (!leaves(id, a, b)) outputs -= 1;
    }
    for (const id of small.outputs) if (leaves(id, a, b)) outputs += 1;
    return { inputs, outputs };
  }

  /** Makes one cluster of two, of the second's kind, unless the first is a contraction. */
  function merge(a: Growing<S>, b: Growing<S>): void {
    const [small, large] = bySize(a, b);
    large.kind = a.kind === 'contraction' ? a.kind : b.kind;
    for (const id of small.outputs) if (leaves(id, a, b)) large.outputs.add(id);
    for (const id of small.inputs) {
      if (clusterOf[id] !== large) large.inputs.add(id);
      else if (!leaves(id, a, b)) large.outputs.delete(id);
    }
    for (const id of small.nodes) {
      large.inputs.delete(id);
      large.nodes.push(id);
      clusterOf[id] = large;
    }
  }

  /** The one cluster that everything which reads these nodes is in. */
  function onlyUser(own: Growing<S>): Growing<S> | undefined {
    const users = new Set<Growing<S>>();
    for (const id of own.nodes) {
      if (required.has(id)) return undefined;
      for (const use of graph.uses[id]) {
        if (!use.pointwise) return undefined;
        users.add(clusterOf[use.user] as Growing<S>);
      }
    }
    const [user] = users;
    return users.size === 1 ? user : undefined;
  }

  /** Joins what only one cluster needs to it. No cycle can arise: all paths out of `own` lead into that cluster. */
  function join(own: Growing<S>): void {
    const user = onlyUser(own);
    if (!user || !sameShape(own.shape, user.shape)) return;
    const fits =
      own.kind === 'elementwise'
        ? user.kind === 'elementwise' || user.kind === 'contraction' || user.kind === 'reduction'
        : own.kind === 'contraction' && user.kind === 'elementwise';
    if (fits && traffic(own, user).inputs <= limits.inputs) merge(own, user);
  }

  /** Whether a path leaves one of the two clusters and comes back to either of them through a third. */
  function enclosesAnother(a: Growing<S>, b: Growing<S>): boolean {
    const seen = new Set<Growing<S>>([a, b]);
    const pending = [...usersOf(a), ...usersOf(b)].filter((next) => !seen.has(next));
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      for (const user of usersOf(next)) {
        if (user === a || user === b) return true;
        if (!seen.has(user)) pending.push(user);
      }
    }
    return false;
  }

  function usersOf(own: Growing<S>): Set<Growing<S>> {
    const users = new Set<Growing<S>>();
    for (const id of own.outputs) for (const { user } of graph.uses[id]) users.add(clusterOf[user] as Growing<S>);
    users.delete(own);
    return users;
  }

  /** Whether one of two clusters reads a node of the other elsewhere than where it is written. */
  function readsAcross(a: Growing<S>, b: Growing<S>): boolean {
    const [small, large] = bySize(a, b);
    return small.nodes.some(
      (id) =>
        graph.uses[id].some((use) => !use.pointwise && clusterOf[use.user] === large) ||
        graph.reads[id].some((use) => !use.pointwise && clusterOf[use.producer] === large),
    );
  }

  /** Merges `a` with `b`, which may read it, if the result is a kernel within the limits. */
  function tryMerge(a: Growing<S>, b: Growing<S>): boolean {
    const kinds = [a.kind, b.kind];
    if (a === b || !sameShape(a.shape, b.shape)) return false;
    if (!kinds.every((kind) => kind === 'elementwise' || kind === 'contraction')) return false;
    if (!kinds.includes('elementwise') || readsAcross(a, b)) return false;
    const { inputs, outputs } = traffic(a, b);
    const before = Math.max(a.outputs.size, b.outputs.size);
    // Siblings may start out above the limit of outputs; what brings them nearer to it is welcome.
    if (inputs > limits.inputs || (outputs > limits.outputs && outputs >= before)) return false;
    if (enclosesAnother(a, b)) return false;
    merge(a, b);
    return true;
  }

  /** The clusters that read a node, as they are now. */
  function readersOf(producer: NodeId): Growing<S>[] {
    return [...new Set(graph.uses[producer].map(({ user }) => clusterOf[user] as Growing<S>))];
  }

  /** Merges the cluster of `producer` with one that reads it, or two that read it (as a whole) with each other. */
  function mergeAround(producer: NodeId): boolean {
    const own = clusterOf[producer];
    const readers = readersOf(producer);
    if (own && readers.some((reader) => tryMerge(own, reader))) return true;
    // Side by side only what reads a whole tensor together: sharing a scalar saves nothing.
    const { shape } = program.nodes[producer];
    const alike = readers.filter((reader) => reader.kind === 'elementwise' && sameShape(reader.shape, shape));
    return alike.some((reader, i) => alike.slice(0, i).some((other) => tryMerge(other, reader)));
  }

  function mergeAll(): void {
    let changed = true;
    while (changed) {
      changed = false;
      for (let producer = 0; producer < program.nodes.length; producer++) {
        while (mergeAround(producer)) changed = true;
      }
    }
  }

  const together = new Map(siblings.map(({ members }) => [members[0], members] as const));
  const later = new Set(siblings.flatMap(({ members }) => members.slice(1)));
  const units: Growing<S>[] = [];
  program.nodes.forEach((_, id) => {
    if (graph.computed[id] && !later.has(id)) units.push(create(together.get(id) ?? [id]));
  });
  for (const unit of units.reverse()) join(unit);
  mergeAll();
  const ascending = (ids: Iterable<NodeId>) => [...ids].sort((a, b) => a - b);
  const made = new Map<Growing<S>, Cluster<S>>();
  const final = clusterOf.map((own): Cluster<S> | undefined => {
    if (own === undefined) return undefined;
    const { kind, shape } = own;
    const known = made.get(own) ?? {
      kind,
      shape,
      nodes: ascending(own.nodes),
      inputs: ascending(own.inputs),
      outputs: ascending(own.outputs),
    };
    made.set(own, known);
    return known;
  });
  return order([...made.values()], final);
}

const bySize = <G extends Growing>(a: G, b: G): [small: G, large: G] =>
  a.nodes.length < b.nodes.length ? [a, b] : [b, a];

/** Clusters in topological order, those with the earlier nodes first where there is a choice. */
function order<S extends Shape>(
  clusters: readonly Cluster<S>[],
  clusterOf: readonly (Cluster<S> | undefined)[],
): Cluster<S>[] {
  const waitsFor = new Map<Cluster<S>, Set<Cluster<S>>>();
  const users = new Map<Cluster<S>, Cluster<S>[]>(clusters.map((each) => [each, []]));
  for (const each of clusters) {
    const before = new Set(each.inputs.map((id) => clusterOf[id]).filter((other) => other !== undefined));
    waitsFor.set(each, before);
    for (const other of before) users.get(other)?.push(each);
  }
  // The one with the earliest node is last.
  const ready = clusters.filter((each) => waitsFor.get(each)?.size === 0).sort((a, b) => b.nodes[0] - a.nodes[0]);
  const ordered: Cluster<S>[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    ordered.push(next);
    for (const user of users.get(next) ?? []) {
      const waits = waitsFor.get(user);
      waits?.delete(next);
      if (waits?.size === 0) insert(ready, user);
    }
  }
  return ordered;
}

/** Puts a cluster in its place among those whose first nodes descend. */
function insert<S extends Shape>(descending: Cluster<S>[], added: Cluster<S>): void {
  let from = 0;
  let to = descending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (descending[middle].nodes[0] > added.nodes[0]) from = middle + 1;
    else to = middle;
  }
  descending.splice(from, 0, added);
}
