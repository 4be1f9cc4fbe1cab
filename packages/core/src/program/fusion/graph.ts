import { operationClass } from '../operationClass.js';
import type { NodeId, Program } from '../program.js';
import { numberOf } from './numberOf.js';
import type { Siblings } from './siblings.js';

/** One use of a node by another. */
interface Use {
  readonly producer: NodeId;
  readonly user: NodeId;
  /** Whether the user reads the producer only at the index that it writes. Then both fit into one loop. */
  readonly pointwise: boolean;
}

/**
 * Which node reads which. Siblings count as readers of their shared tensor and not of the prologue nodes computed from
 * it.
 */
export interface Graph {
  /** Whether some kernel has to compute the node. */
  readonly computed: readonly boolean[];
  /** What a computed node reads, without numbers that are printed in place. */
  readonly reads: readonly (readonly Use[])[];
  /** The readers of a node. */
  readonly uses: readonly (readonly Use[])[];
}

/** Nodes that an output depends on. */
export function findLive(program: Program): boolean[] {
  const live = program.nodes.map(() => false);
  for (const id of Object.values(program.outputs)) live[id] = true;
  for (let id = program.nodes.length - 1; id >= 0; id--) {
    if (live[id]) for (const operand of program.nodes[id].operands) live[operand] = true;
  }
  return live;
}

/** The graph of a program, given its groups of siblings. */
export function buildGraph(program: Program, siblings: readonly Siblings[]): Graph {
  const group = new Map(siblings.flatMap((each) => each.members.map((member) => [member, each] as const)));
  const needed = program.nodes.map(() => false);
  const reads: Use[][] = program.nodes.map(() => []);
  const uses: Use[][] = program.nodes.map(() => []);
  for (const id of Object.values(program.outputs)) needed[id] = true;
  for (let id = program.nodes.length - 1; id >= 0; id--) {
    const node = program.nodes[id];
    const kind = operationClass[node.op];
    if (!needed[id] || kind === 'source') continue;
    const pointwise = kind === 'elementwise' || kind === 'reduction';
    const shared = group.get(id);
    const operands = node.operands.map((operand, side) => (shared?.side === side ? shared.root : operand));
    for (const producer of new Set(operands)) {
      if (kind === 'elementwise' && numberOf(program.nodes[producer]) !== undefined) continue;
      const use: Use = { producer, user: id, pointwise };
      needed[producer] = true;
      reads[id].push(use);
      uses[producer].push(use);
    }
  }
  const computed = program.nodes.map((node, id) => needed[id] && operationClass[node.op] !== 'source');
  return { computed, reads, uses };
}
