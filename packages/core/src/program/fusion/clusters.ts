import type { KernelKind, KernelLimits } from '../kernel.js';
import { operationClass } from '../operationClass.js';
import type { NodeId, Program, Shape } from '../program.js';
import { sameShape } from '../shapes.js';
import type { Graph } from './graph.js';
import type { Siblings } from './siblings.js';

/** Nodes that become one kernel. */
export interface Cluster {
  kind: KernelKind;
  /** The shape of its loop. */
  readonly shape: Shape;
  /** Ascending. */
  nodes: readonly NodeId[];
}

/** Tensors that a set of nodes reads and writes. */
export interface Traffic {
  readonly inputs: readonly NodeId[];
  readonly outputs: readonly NodeId[];
}

/**
 * Groups the computed nodes into clusters, of which no two depend on each other in a circle. First every node joins
 * the one cluster that needs it, from the outputs backwards, which never adds an output; then clusters that read each
 * other or the same tensors are merged where that keeps within the limits.
 */
export function cluster(program: Program, graph: Graph, siblings: readonly Siblings[], limits: KernelLimits) {
  const clusterOf: (Cluster | undefined)[] = program.nodes.map(() => undefined);
  const required = new Set(Object.values(program.outputs));

  function create(nodes: readonly NodeId[]): Cluster {
    const node = program.nodes[nodes[0]];
    const kind = operationClass[node.op] as KernelKind;
    const made: Cluster = { kind, shape: kind === 'reduction' ? operandShape(nodes[0]) : node.shape, nodes };
    for (const id of nodes) clusterOf[id] = made;
    return made;
  }
  const operandShape = (id: NodeId) => program.nodes[program.nodes[id].operands[0]].shape;

  function traffic(...clusters: readonly Cluster[]): Traffic {
    const inside = (id: NodeId) => clusters.includes(clusterOf[id] as Cluster);
    const inputs = new Set<NodeId>();
    const outputs: NodeId[] = [];
    for (const { nodes } of clusters) {
      for (const id of nodes) {
        for (const { producer } of graph.reads[id]) if (!inside(producer)) inputs.add(producer);
        if (required.has(id) || graph.uses[id].some(({ user }) => !inside(user))) outputs.push(id);
      }
    }
    return { inputs: [...inputs].sort((a, b) => a - b), outputs: outputs.sort((a, b) => a - b) };
  }

  function merge(a: Cluster, b: Cluster): void {
    b.nodes = [...a.nodes, ...b.nodes].sort((x, y) => x - y);
    if (a.kind === 'contraction') b.kind = 'contraction';
    for (const id of a.nodes) clusterOf[id] = b;
  }

  /** The one cluster that everything which reads these nodes is in. */
  function onlyUser(own: Cluster): Cluster | undefined {
    const users = new Set<Cluster>();
    for (const id of own.nodes) {
      if (required.has(id)) return undefined;
      for (const use of graph.uses[id]) {
        if (!use.pointwise) return undefined;
        users.add(clusterOf[use.user] as Cluster);
      }
    }
    const [user] = users;
    return users.size === 1 ? user : undefined;
  }

  /** Joins what only one cluster needs to it. No cycle can arise: all paths out of `own` lead into that cluster. */
  function join(own: Cluster): void {
    const user = onlyUser(own);
    if (!user || !sameShape(own.shape, user.shape)) return;
    const fits =
      own.kind === 'elementwise'
        ? user.kind === 'elementwise' || user.kind === 'contraction' || user.kind === 'reduction'
        : own.kind === 'contraction' && user.kind === 'elementwise';
    if (fits && traffic(own, user).inputs.length <= limits.inputs) merge(own, user);
  }

  /** Whether a path leaves one of the two clusters and comes back to either of them through a third. */
  function enclosesAnother(a: Cluster, b: Cluster): boolean {
    const seen = new Set<Cluster>([a, b]);
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

  function usersOf(own: Cluster): Set<Cluster> {
    const users = new Set<Cluster>();
    for (const id of own.nodes) for (const { user } of graph.uses[id]) users.add(clusterOf[user] as Cluster);
    users.delete(own);
    return users;
  }

  /** Merges `a` into `b`, which may read it, if the result is a kernel within the limits. */
  function tryMerge(a: Cluster, b: Cluster): boolean {
    const kinds = [a.kind, b.kind];
    if (a === b || !sameShape(a.shape, b.shape)) return false;
    if (!kinds.every((kind) => kind === 'elementwise' || kind === 'contraction')) return false;
    if (!kinds.includes('elementwise')) return false;
    const across = (from: Cluster, to: Cluster) =>
      from.nodes.some((id) => graph.uses[id].some((use) => !use.pointwise && clusterOf[use.user] === to));
    if (across(a, b) || across(b, a)) return false;
    const { inputs, outputs } = traffic(a, b);
    const before = Math.max(traffic(a).outputs.length, traffic(b).outputs.length);
    // Siblings may start out above the limit of outputs; what brings them nearer to it is welcome.
    if (inputs.length > limits.inputs || (outputs.length > limits.outputs && outputs.length >= before)) return false;
    if (enclosesAnother(a, b)) return false;
    merge(a, b);
    return true;
  }

  /** The clusters that read a node, as they are now. */
  function readersOf(producer: NodeId): Cluster[] {
    return [...new Set(graph.uses[producer].map(({ user }) => clusterOf[user] as Cluster))];
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
  const units: Cluster[] = [];
  program.nodes.forEach((_, id) => {
    if (graph.computed[id] && !later.has(id)) units.push(create(together.get(id) ?? [id]));
  });
  for (const unit of units.reverse()) join(unit);
  mergeAll();
  const clusters = [...new Set(clusterOf.filter((each) => each !== undefined))];
  return { clusters: order(clusters, clusterOf, graph), traffic };
}

/** Clusters in topological order, those with the earlier nodes first where there is a choice. */
function order(clusters: readonly Cluster[], clusterOf: readonly (Cluster | undefined)[], graph: Graph): Cluster[] {
  const waitsFor = new Map<Cluster, Set<Cluster>>();
  const users = new Map<Cluster, Set<Cluster>>(clusters.map((each) => [each, new Set()]));
  for (const each of clusters) {
    const before = new Set<Cluster>();
    for (const id of each.nodes) {
      for (const { producer } of graph.reads[id]) {
        const other = clusterOf[producer];
        if (other && other !== each) before.add(other);
      }
    }
    waitsFor.set(each, before);
    for (const other of before) users.get(other)?.add(each);
  }
  const ready = clusters.filter((each) => waitsFor.get(each)?.size === 0);
  const ordered: Cluster[] = [];
  while (ready.length > 0) {
    const at = ready.reduce((best, each, i) => (each.nodes[0] < ready[best].nodes[0] ? i : best), 0);
    const [next] = ready.splice(at, 1);
    ordered.push(next);
    for (const user of users.get(next) ?? []) {
      const waits = waitsFor.get(user);
      waits?.delete(next);
      if (waits?.size === 0) ready.push(user);
    }
  }
  return ordered;
}
