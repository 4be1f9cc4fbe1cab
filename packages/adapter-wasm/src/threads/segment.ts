/** A call of a function of a module. */
export interface Call {
  /** The function's name in the module's exports. */
  readonly name: string;
  /** By parameter: where its address is in the table of a run. */
  readonly slots: readonly number[];
  /** The number of tasks. */
  readonly tasks: number;
}

/**
 * Work between two points at which threads wait for each other: one call whose tasks they share, or calls of one task each,
 * which one thread makes in order.
 */
export interface Segment {
  readonly calls: readonly Call[];
  /** The number of tasks to share, 1 for calls of one task each. */
  readonly tasks: number;
}

/** The work of a program. */
export interface Work {
  /** Done once per run. */
  readonly once: readonly Segment[];
  /** Done in each iteration. */
  readonly each: readonly Segment[];
}

/** Joins calls of one task each that follow each other. */
export function segmentsOf(calls: readonly Call[]): Segment[] {
  const segments: { calls: Call[]; tasks: number }[] = [];
  for (const call of calls) {
    const last = segments.at(-1);
    if (call.tasks === 1 && last?.tasks === 1) last.calls.push(call);
    else segments.push({ calls: [call], tasks: call.tasks });
  }
  return segments;
}
