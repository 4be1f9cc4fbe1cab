import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { type Cluster, cluster } from './fusion/clusters.js';
import { buildGraph, findLive } from './fusion/graph.js';
import { findSiblings, type Siblings } from './fusion/siblings.js';
import type { FusedProgram, Kernel, KernelLimits } from './kernel.js';
import { operationClass } from './operationClass.js';
import type { NodeId, Program, Shape } from './program.js';

/**
 * Cuts a program into kernels. Contractions that share an operand become one loop, with the elementwise nodes after
 * them as epilogue. A chain of elementwise nodes becomes one loop. Elementwise nodes that only one reduction needs
 * become part of that reduction. Nothing is computed twice except cheap functions such as a² inside a contraction's
 * loop.
 *
 * `limits` says how many tensors one kernel of the backend may read and write. Without limits, kernels grow as long as
 * that saves a pass over memory. A `concatenate` is never cut: it reads as many tensors as it has operands. Simplify the program first. Nodes that no output needs are in no kernel.
 *
 * @throws {VardropError} `VARDROP_PROGRAM` for a program with `withDerivative`; `VARDROP_LIMITS` for limits that are
 * too small for a single operation.
 */
export function fuse<S extends Shape>(
  program: Program<S>,
  limits: KernelLimits = { inputs: Infinity, outputs: Infinity },
): FusedProgram<S> {
  checkOptionNames('fuse', limits, { inputs: true, outputs: true });
  checkLimit('inputs', limits.inputs);
  checkLimit('outputs', limits.outputs);
  if (!(limits.inputs >= 4) || !(limits.outputs >= 1)) {
    throw new VardropError(
      'VARDROP_LIMITS',
      `[${program.name}] fuse: got limits of ${limits.inputs} inputs and ${limits.outputs} outputs, needs at least 4 and 1, which selectGreater takes. Raise the limits.`,
    );
  }
  const derivative = program.nodes.findIndex((node) => operationClass[node.op] === 'derivative');
  if (derivative >= 0) {
    throw new VardropError(
      'VARDROP_PROGRAM',
      `[${program.name} %${derivative}] fuse: got withDerivative, needs a program without it. Call simplify first.`,
    );
  }
  let siblings = findSiblings(program, findLive(program), limits.inputs);
  for (;;) {
    const graph = buildGraph(program, siblings);
    const clusters = cluster(program, graph, siblings, limits);
    const crowded = clusters.filter(({ outputs }) => outputs.length > limits.outputs);
    if (crowded.length === 0) {
      return { program, kernels: clusters.map((each) => describe(program, each, siblings)) };
    }
    // Only siblings can write too many tensors. Drop the last member of each such group and cut again.
    const nodes = new Set(crowded.flatMap((each) => each.nodes));
    siblings = siblings.flatMap((group) => (nodes.has(group.members[0]) ? shrink(program, group) : [group]));
  }
}

/**
 * The group without its last member, and the part of the prologue that it still needs. Empty if only one member is
 * left.
 */
function shrink(program: Program, group: Siblings): Siblings[] {
  const members = group.members.slice(0, -1);
  if (members.length < 2) return [];
  const needed = new Set<NodeId>(members.map((member) => program.nodes[member].operands[group.side]));
  for (const id of [...group.prologue].reverse()) {
    if (needed.has(id)) for (const operand of program.nodes[id].operands) needed.add(operand);
  }
  return [{ ...group, members, prologue: group.prologue.filter((id) => needed.has(id)) }];
}

function describe<S extends Shape>(program: Program<S>, own: Cluster<S>, siblings: readonly Siblings[]): Kernel<S> {
  const { shape, nodes, inputs, outputs } = own;
  const core = nodes.find((id) => operationClass[program.nodes[id].op] !== 'elementwise') as NodeId;
  const elementwise = nodes.filter((id) => operationClass[program.nodes[id].op] === 'elementwise');
  switch (own.kind) {
    case 'elementwise':
      return { kind: 'elementwise', shape, nodes, inputs, outputs, epilogue: elementwise };
    case 'reduction':
      return { kind: 'reduction', shape, nodes, inputs, outputs, reduction: core, prologue: elementwise };
    case 'movement':
    case 'window':
      return { kind: own.kind, shape, nodes, inputs, outputs, node: core };
    case 'contraction': {
      const group = siblings.find(({ members }) => members.includes(core));
      const prologue = group?.prologue ?? [];
      return {
        kind: 'contraction',
        shape,
        nodes: [...new Set([...prologue, ...nodes])].sort((a, b) => a - b),
        inputs,
        outputs,
        contractions: group?.members ?? [core],
        ...(group ? { shared: { side: group.side, node: group.root } } : {}),
        prologue,
        epilogue: elementwise,
      };
    }
  }
}

function checkLimit(name: string, limit: number): void {
  if (typeof limit === 'number') return;
  throw new VardropError('VARDROP_OPTION', `[fuse] ${name}: got ${formatValue(limit)}, needs a number of tensors.`);
}
