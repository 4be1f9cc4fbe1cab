import { type BoundProgram, invariantNodes, type NodeId, operationClass } from '@vardrop/core/program';

/** One step of a run: computes `results` from `operands`, then frees `dead`. */
interface PlannedStep {
  readonly results: readonly NodeId[];
  readonly operands: readonly NodeId[];
  /** Nodes that are not used after this step. Their memory is free for the next step. */
  readonly dead: readonly NodeId[];
}

/** The order and the lifetimes of a program's values, fixed at compile. */
export interface Plan<S> {
  /** Done once per run: everything that depends only on shared inputs and constants. */
  readonly once: readonly (PlannedStep & S)[];
  /** Done in each iteration. */
  readonly each: readonly (PlannedStep & S)[];
}

/**
 * Splits steps, given in an order in which they can be computed, into those done once per run and those done in each
 * iteration. Finds the last use of every value. Output values live to the end of their iteration. Shared values that an
 * iteration reads live to the end of the run. The executable frees both.
 */
export function planSteps<S extends { results: readonly NodeId[]; operands: readonly NodeId[] }>(
  program: BoundProgram,
  steps: readonly S[],
): Plan<S> {
  const shared = invariantNodes(program);
  const split = (wanted: boolean) => steps.filter((step) => shared[step.results[0]] === wanted);
  const outputs = new Set(Object.values(program.outputs));
  const once = split(true);
  const each = split(false);
  const readByIterations = new Set(each.flatMap((step) => step.operands));

  const isSource = (id: NodeId) => operationClass[program.nodes[id].op] === 'source';
  const withDead = (list: readonly S[], mayDie: (id: NodeId) => boolean) => {
    const seen = new Set<NodeId>();
    return [...list]
      .reverse()
      .map((step) => {
        // A result that nothing reads dies at once. Only a group with several results can have one.
        const dead = [...new Set([...step.operands, ...step.results])].filter(
          (id) => !seen.has(id) && mayDie(id) && !outputs.has(id),
        );
        for (const id of dead) seen.add(id);
        return { ...step, dead };
      })
      .reverse();
  };
  return {
    once: withDead(once, (id) => !isSource(id) && !readByIterations.has(id)),
    each: withDead(each, (id) => !shared[id] && !isSource(id)),
  };
}
