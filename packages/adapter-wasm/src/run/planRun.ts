import { type BoundProgram, elementCount, invariantNodes, type NodeId } from '@vardrop/core/program';
import {
  type KernelModule,
  kernelModule,
  type ModuleOptions,
  type NoiseSource,
  type ProgramKernel,
} from '@vardrop/wasm-kernels';
import { bytesOfBlock } from '../memory/heap.js';
import { type Lifetime, planArena } from '../memory/planArena.js';
import { type Call, segmentsOf, type Work } from '../threads/segment.js';

/**
 * How a program runs, fixed at compile. A run has a table of addresses for each iteration: slot i of the table holds the address of
 * one value, of a kernel's scratch memory, or of the words of a key.
 */
export interface RunPlan {
  readonly module: KernelModule;
  readonly work: Work;
  /** The slot of a node's value. A reshape has the slot of its operand. */
  slotOf(id: NodeId): number;
  /** The length of a table. */
  slots(): number;
  /** Slots of values that no output returns, with their places in the memory that all runs share. */
  readonly inArena: readonly { readonly slot: number; readonly offset: number }[];
  readonly arenaElements: number;
  /** The constants that steps or outputs read. */
  readonly constants: readonly NodeId[];
  /** Slots of the words that noise is made from. */
  readonly noises: readonly { readonly slot: number; readonly source: NoiseSource }[];
  /** Computed values that an output returns. Those of `perRun` are computed once per run. */
  readonly returned: readonly { readonly id: NodeId; readonly elements: number; readonly perRun: boolean }[];
}

/** Plans the runs of a program. */
export function planRun(program: BoundProgram, pieces: readonly ProgramKernel[], modules: ModuleOptions): RunPlan {
  const { nodes, outputs } = program;
  const invariant = invariantNodes(program);
  const isOnce = ({ results }: ProgramKernel) => invariant[results[0]];
  const computed = pieces.filter((piece): piece is Computed => piece.kernel !== undefined);
  const once = computed.filter(isOnce);
  const steps = [...once, ...computed.filter((piece) => !isOnce(piece))];
  const rootOf = findRoots(program);
  const slots = createSlots();
  const slotOf = (id: NodeId) => slots.of(rootOf[id]);
  const named = new Set(Object.values(outputs).map((id) => rootOf[id]));
  const sizeOf = (id: NodeId) => elementCount(nodes[id].shape);

  // What an iteration reads of the values that are computed once has to live until the last iteration.
  const lastUse = findLastUses(steps, rootOf, (id, step) =>
    invariant[id] && step >= once.length ? steps.length : step,
  );
  const lifetimes: (Lifetime & { readonly slot: number })[] = [];
  const keep = (slot: number, elements: number, from: number, to: number) =>
    void lifetimes.push({ slot, bytes: bytesOfBlock(elements), from, to });
  const module = kernelModule(
    steps.map(({ kernel }) => kernel),
    modules,
  );
  const noises: { readonly slot: number; readonly source: NoiseSource }[] = [];
  const addNoise = (source: NoiseSource) => {
    const slot = slots.add();
    noises.push({ slot, source });
    return slot;
  };
  const calls = steps.map(({ operands, results, kernel, noise }, at) => {
    const places = [...(noise ? [addNoise(noise)] : []), ...[...operands, ...results].map(slotOf)];
    for (const id of results) if (!named.has(id)) keep(slotOf(id), sizeOf(id), at, lastUse.get(id) ?? at);
    if (kernel.scratch !== undefined) {
      places.push(slots.add());
      keep(places[places.length - 1], kernel.scratch, at, at);
    }
    return kernel.phases.map(({ tasks }, i): Call => ({ name: module.names[at][i], slots: places, tasks }));
  });
  const arena = planArena(lifetimes);
  const read = new Set(
    [...steps.flatMap(({ operands }) => operands), ...Object.values(outputs)].map((id) => rootOf[id]),
  );
  const constants = nodes.flatMap((node, id) => (node.op === 'constant' && read.has(id) ? [id] : []));
  return {
    module,
    work: { once: segmentsOf(calls.slice(0, once.length).flat()), each: segmentsOf(calls.slice(once.length).flat()) },
    slotOf,
    slots: () => slots.count(),
    inArena: lifetimes.map(({ slot }, i) => ({ slot, offset: arena.offsets[i] })),
    arenaElements: arena.bytes / 4,
    constants,
    noises,
    returned: steps.flatMap(({ results }, at) =>
      results.filter((id) => named.has(id)).map((id) => ({ id, elements: sizeOf(id), perRun: at < once.length })),
    ),
  };
}

type Computed = ProgramKernel & Required<Pick<ProgramKernel, 'kernel'>>;

/** The node whose memory holds each node's value: that of its operand for a reshape, else its own. */
function findRoots({ nodes }: BoundProgram): NodeId[] {
  const roots: NodeId[] = [];
  nodes.forEach((node, id) => {
    roots.push(node.op === 'reshape' ? roots[node.operands[0]] : id);
  });
  return roots;
}

/** The last step that reads each value. */
function findLastUses(
  steps: readonly ProgramKernel[],
  rootOf: readonly NodeId[],
  useOf: (id: NodeId, step: number) => number,
): Map<NodeId, number> {
  const last = new Map<NodeId, number>();
  steps.forEach(({ operands }, step) => {
    for (const id of operands) last.set(rootOf[id], Math.max(last.get(rootOf[id]) ?? 0, useOf(rootOf[id], step)));
  });
  return last;
}

function createSlots() {
  const slots = new Map<NodeId, number>();
  let count = 0;
  return {
    of(id: NodeId): number {
      const known = slots.get(id);
      if (known !== undefined) return known;
      slots.set(id, count);
      return count++;
    },
    add: () => count++,
    count: () => count,
  };
}
