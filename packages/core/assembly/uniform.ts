/** Turns `count` random words from address 0 on, in place, into float32 in [0, 1): their upper 23 bits times 2^-23. */
export function uniformFromBits(count: u32): void {
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 16) {
    const word = v128.or(i32x4.shr_u(v128.load(address), 9), i32x4.splat(0x3f800000));
    v128.store(address, f32x4.sub(word, f32x4.splat(1)));
  }
}
