import type { KernelKind, KernelLimits } from '../kernel.js';
import type { NodeId, Program, Shape } from '../program.js';
import type { Graph } from './graph.js';
import { type Clustering, createGrowing, type Growing, joinUser, mergeAround, rankClusters } from './growing.js';
import type { Siblings } from './siblings.js';

/** Nodes that become one kernel. */
export interface Cluster<S extends Shape = Shape> {
  readonly kind: KernelKind;
  /** The iteration shape. */
  readonly shape: S;
  /** In ascending order. */
  readonly nodes: readonly NodeId[];
  /** Tensors that the kernel reads, in ascending order. */
  readonly inputs: readonly NodeId[];
  /** Its nodes that the kernel writes, in ascending order. */
  readonly outputs: readonly NodeId[];
}

/**
 * Groups the computed nodes into clusters and returns them in an order in which they can be computed. Clusters never
 * depend on each other in a circle. First each node joins the only cluster that needs it, from the outputs backwards;
 * this never adds an output. Then clusters that read each other or the same tensors are merged as far as the limits
 * allow. The cost of each step is proportional to the smaller of the two clusters, so that the time per node does not
 * grow with the length of the program.
 */
export function cluster<S extends Shape>(
  program: Program<S>,
  graph: Graph,
  siblings: readonly Siblings[],
  limits: KernelLimits,
): readonly Cluster<S>[] {
  const clusterOf: (Growing<S> | undefined)[] = program.nodes.map(() => undefined);
  const required = new Set(Object.values(program.outputs));
  const clustering: Clustering<S> = { program, graph, limits, clusterOf, required };
  const together = new Map(siblings.map(({ members }) => [members[0], members] as const));
  const later = new Set(siblings.flatMap(({ members }) => members.slice(1)));
  const units: Growing<S>[] = [];
  program.nodes.forEach((_, id) => {
    if (graph.computed[id] && !later.has(id)) units.push(createGrowing(clustering, together.get(id) ?? [id]));
  });
  for (const unit of units.reverse()) joinUser(clustering, unit);
  rankClusters(clustering, new Set(clusterOf.filter((own) => own !== undefined)));
  for (let changed = true; changed; ) {
    changed = false;
    for (let producer = 0; producer < program.nodes.length; producer++) {
      while (mergeAround(clustering, producer)) changed = true;
    }
  }
  const made = new Map<Growing<S>, Cluster<S>>();
  const final = clusterOf.map((own): Cluster<S> | undefined => {
    if (own === undefined) return undefined;
    const known = made.get(own) ?? finish(own);
    made.set(own, known);
    return known;
  });
  return order([...made.values()], final);
}

function finish<S extends Shape>({ kind, shape, nodes, inputs, outputs }: Growing<S>): Cluster<S> {
  const ascending = (ids: Iterable<NodeId>) => [...ids].sort((a, b) => a - b);
  return { kind, shape, nodes: ascending(nodes), inputs: ascending(inputs), outputs: ascending(outputs) };
}

/** Clusters in topological order. Where several orders are possible, the cluster with the earliest node comes first. */
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
  // The cluster with the earliest node is last.
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

/** Inserts a cluster into a list sorted by first node, in descending order. */
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
