import { secondWords } from './layout';

/** The random words of `count` blocks: x0 ^ x1, from address 0 on. */
export function bits(count: u32): void {
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 16) {
    v128.store(address, v128.xor(v128.load(address), v128.load(address + secondWords)));
  }
}
