import type { Model } from '../layers/model/model.js';
import type { TensorMap } from '../tensorData.js';
import { type UnitGraph, unitGraph } from './unitGraph.js';
import { type UnitReader, unitReaders } from './unitReaders.js';
import type { Preserved } from './weightStates.js';

/** What can be removed. */
export interface Removal {
  readonly graph: UnitGraph;
  readonly units: ReadonlySet<number>;
  /** What to add to the biases of parts in place of constants, by the name of the part. One number for each column. */
  readonly shifts: ReadonlyMap<string, Float64Array>;
}

/**
 * Units that can be removed without changing the distribution of the outputs: nothing that stays reads them, but with inactive
 * weights, or as a constant that can be moved into its bias. So that no value is without units, its first one stays.
 */
export function removableUnits(model: Model, parameters: TensorMap, preserve: Preserved): Removal {
  const graph = unitGraph(model);
  const readers = unitReaders(model, parameters, { graph, preserve });
  const stay = new Set(graph.fixed);
  for (;;) {
    const units = unneededUnits(graph, readers, stay);
    const empty = [...graph.units.values()].find((own) => own.every((unit) => units.has(unit)));
    if (!empty) return { graph, units, shifts: shiftsOf(readers, units) };
    stay.add(empty[0]);
  }
}

function unneededUnits(graph: UnitGraph, readers: readonly UnitReader[], stay: ReadonlySet<number>): Set<number> {
  const readersOf = new Map<number, UnitReader[]>();
  for (const units of graph.units.values()) for (const unit of units) if (!stay.has(unit)) readersOf.set(unit, []);
  for (const reader of readers) for (const unit of reader.reads) readersOf.get(unit)?.push(reader);
  // Later values have greater units, so that most units are seen after those that read them.
  const candidates = [...readersOf].sort(([a], [b]) => b - a);
  const gone = new Set<number>();
  const isUnneeded = (unit: number, own: readonly UnitReader[]) =>
    own.every((reader) => keptColumns(reader, gone).every((column) => reader.constantFrom(unit, column) !== undefined));
  for (let before = -1; before < gone.size; ) {
    before = gone.size;
    for (const [unit, own] of candidates) if (!gone.has(unit) && isUnneeded(unit, own)) gone.add(unit);
  }
  return gone;
}

function keptColumns({ columns, made }: UnitReader, gone: ReadonlySet<number>): readonly number[] {
  const all = Array.from({ length: columns }, (_, column) => column);
  return made ? all.filter((column) => !gone.has(made[column])) : all;
}

function shiftsOf(readers: readonly UnitReader[], gone: ReadonlySet<number>): ReadonlyMap<string, Float64Array> {
  const shifts = new Map<string, Float64Array>();
  for (const reader of readers) {
    const shift = new Float64Array(reader.columns);
    for (const unit of reader.reads) {
      if (!gone.has(unit)) continue;
      for (const column of keptColumns(reader, gone)) shift[column] += reader.constantFrom(unit, column) ?? 0;
    }
    if (shift.some((value) => value !== 0)) shifts.set(reader.name, shift);
  }
  return shifts;
}
