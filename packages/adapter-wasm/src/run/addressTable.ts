import type { Machine } from '../machine.js';
import type { Block } from '../memory/heap.js';
import type { RunPlan } from './planRun.js';

/** The addresses of a run's values, by slot. */
export interface AddressTable {
  get(slot: number): Block;
  set(slot: number, block: Block): void;
  /** Sets the address of what is no block of its own. */
  place(slot: number, address: number): void;
  /** A copy of the addresses as they are now. */
  addresses(): Uint32Array;
}

/** A table that knows the addresses of constants (by slot) and of what lies in the arena. */
export function createAddressTable(
  { arena }: Machine,
  plan: RunPlan,
  constants: ReadonlyMap<number, Block>,
): AddressTable {
  const addresses = new Uint32Array(plan.slots());
  const blocks: Block[] = new Array(addresses.length);
  const set = (slot: number, block: Block) => {
    blocks[slot] = block;
    addresses[slot] = block.address;
  };
  const start = arena.address();
  for (const { slot, offset } of plan.inArena) addresses[slot] = start + offset;
  for (const [slot, block] of constants) set(slot, block);
  return {
    get: (slot) => blocks[slot],
    set,
    place(slot, address) {
      addresses[slot] = address;
    },
    addresses: () => addresses.slice(),
  };
}
