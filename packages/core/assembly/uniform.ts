import { secondWords } from './layout';

/** The random words of `count` blocks as float32 in [0, 1), their upper 23 bits times 2^-23, from address 0 on. */
export function uniform(count: u32): void {
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 16) {
    const word = v128.xor(v128.load(address), v128.load(address + secondWords));
    const inOneToTwo = v128.or(i32x4.shr_u(word, 9), i32x4.splat(0x3f800000));
    v128.store(address, f32x4.sub(inOneToTwo, f32x4.splat(1)));
  }
}
