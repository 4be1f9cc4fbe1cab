import type { Block } from '../memory/heap.js';
import type { CompiledRun } from './runProgram.js';

/** The addresses of a run's values, by slot. */
export interface AddressTable {
  get(slot: number): Block;
  set(slot: number, block: Block): void;
  /** A copy of the addresses as they are now. */
  addresses(): Uint32Array;
}

/** A table that knows the addresses of constants and of what lies in the arena. */
export function createAddressTable({
  machine,
  plan,
  constants,
}: Pick<CompiledRun, 'machine' | 'plan' | 'constants'>): AddressTable {
  const addresses = new Uint32Array(plan.slots());
  const blocks: Block[] = new Array(addresses.length);
  const set = (slot: number, block: Block) => {
    blocks[slot] = block;
    addresses[slot] = block.address;
  };
  const start = machine.arena.address();
  for (const { slot, offset } of plan.inArena) addresses[slot] = start + offset;
  for (const [slot, block] of constants) set(slot, block);
  return { get: (slot) => blocks[slot], set, addresses: () => addresses.slice() };
}
