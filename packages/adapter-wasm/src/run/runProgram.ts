import type { BoundIteration, Entries, ProgramInterface, RunEntries } from '@vardrop/core/backend';
import type { BoundProgram } from '@vardrop/core/program';
import type { Machine } from '../machine.js';
import type { Block } from '../memory/heap.js';
import { type AddressTable, createAddressTable } from './addressTable.js';
import type { Entry } from './entry.js';
import type { RunPlan } from './planRun.js';

/** The data of a run that are fixed at compile. */
export interface CompiledRun {
  readonly machine: Machine;
  /** The number under which the team knows the program. */
  readonly id: number;
  readonly program: BoundProgram;
  readonly names: ProgramInterface;
  readonly plan: RunPlan;
  /** By slot: the blocks of constants. */
  readonly constants: ReadonlyMap<number, Block>;
}

/**
 * Starts a run: finds memory for what it returns, and writes a table of addresses for each iteration. Memory that an
 * iteration needs no more is free for the next one, since they are done in order.
 */
export function runProgram(
  run: CompiledRun,
  given: Entries<Entry>,
  iterations: readonly BoundIteration<Entry>[],
): RunEntries<Entry> {
  const { machine, names, program, plan } = run;
  const { heap } = machine;
  const table = createAddressTable(machine, plan, run.constants);
  /** What this run owns: each entry is one share of a block. */
  const shares: Block[] = [];
  const own = (block: Block) => {
    shares.push(block);
    return block;
  };
  const give = (block: Block) => {
    shares.splice(shares.lastIndexOf(block), 1);
    heap.release(block);
  };
  const allocate = (perRun: boolean) =>
    plan.returned
      .filter((value) => value.perRun === perRun)
      .map(({ id, elements }) => {
        const block = own(heap.allocate(elements));
        table.set(plan.slotOf(id), block);
        return block;
      });
  const bind = (id: number, block: Block) => table.set(plan.slotOf(id), block);
  const blockOf = (entries: Entries<Entry>, name: string) => (entries.get(name) as Entry).block;
  const shareOutput = (name: string) => own(heap.share(table.get(plan.slotOf(program.outputs[name]))));

  return machine.startRun((number) => {
    try {
      for (const { id, name } of names.runInputs) bind(id, blockOf(given, name));
      const ofRun = allocate(true);
      let carried = names.carriedInputs.map(({ name }) => own(heap.share(blockOf(given, name))));
      const tables: Uint32Array[] = [];
      const words = writeWords(run, iterations);
      if (words) own(words);
      const outputs = iterations.map(({ inputs }, i) => {
        placeWords(run, table, words, i);
        for (const { id, name } of names.iterationInputs) bind(id, blockOf(inputs, name));
        const ofIteration = allocate(false);
        tables.push(table.addresses());
        const fresh = new Map(names.freshOutputs.map((name) => [name, { block: shareOutput(name), run: number }]));
        const next = names.carriedInputs.map(({ name }) => shareOutput(name));
        names.carriedInputs.forEach(({ id }, i) => {
          bind(id, next[i]);
        });
        for (const block of [...carried, ...ofIteration]) give(block);
        carried = next;
        return fresh;
      });
      for (const block of words ? [...ofRun, words] : ofRun) give(block);
      if (tables.length > 0) machine.team.run(run.id, tables);
      const entries = names.carriedInputs.map(({ name }, i) => {
        // A run of no iterations returns what an earlier run may still be writing.
        const writer = tables.length > 0 ? number : (given.get(name) as Entry).run;
        return [name, { block: carried[i], run: writer }] as const;
      });
      return { carried: new Map(entries), outputs };
    } catch (error) {
      for (const block of shares) heap.release(block);
      throw error;
    }
  });
}

/** The words that the noise of all iterations is made from; undefined if there is no noise. */
function writeWords(
  { machine: { heap }, plan: { noises } }: CompiledRun,
  iterations: readonly BoundIteration<Entry>[],
): Block | undefined {
  const count = wordsOfNoise * noises.length * iterations.length;
  if (count === 0) return undefined;
  const block = heap.allocateNow(count);
  const { buffer, byteOffset } = heap.values(block, count);
  const words = iterations.flatMap(({ keys }) => noises.flatMap(({ source }) => source.words(keys[source.key])));
  new Uint32Array(buffer, byteOffset, count).set(words);
  return block;
}

function placeWords(
  { plan: { noises } }: CompiledRun,
  table: AddressTable,
  words: Block | undefined,
  iteration: number,
) {
  if (words === undefined) return;
  noises.forEach(({ slot }, i) => {
    table.place(slot, words.address + 4 * wordsOfNoise * (iteration * noises.length + i));
  });
}

const wordsOfNoise = 4;
