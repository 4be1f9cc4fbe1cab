// Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011), one counter a lane.
//
// A round depends on the one before it, so a single vector would leave most of the processor idle: four
// independent vectors (a, b, c, d: 16 counters) are in flight. They still fit the 16 vector registers of x86-64.

/** rotateLeft(x1, distance) ^ x0: the second half of a round. */
// @ts-ignore: decorator
@inline
function mix(x1: v128, x0: v128, distance: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(x1, distance), i32x4.shr_u(x1, 32 - distance)), x0);
}

/** The same for whole bytes: a permutation of bytes is one instruction where shift, shift, or are three. */
// @ts-ignore: decorator
@inline
function mixBytes(x1: v128, x0: v128, rotation: v128): v128 {
  return v128.xor(i8x16.swizzle(x1, rotation), x0);
}

/**
 * Writes x0 ^ x1 of the blocks [high, low], [high, low + 1], ... to memory from address 0.
 * Whole groups of 16 are written, so up to 15 words past `count` are overwritten. The counter's low word must not
 * wrap within `count`.
 */
export function bits(k0: u32, k1: u32, high: u32, low: u32, count: u32): void {
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  const key0 = i32x4.splat(k0);
  const key1 = i32x4.splat(k1);
  const key2 = i32x4.splat(k2);
  const key2plus1 = i32x4.splat(k2 + 1);
  const key0plus2 = i32x4.splat(k0 + 2);
  const key1plus3 = i32x4.splat(k1 + 3);
  const key2plus4 = i32x4.splat(k2 + 4);
  const key0plus5 = i32x4.splat(k0 + 5);
  const rotate16 = i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  const rotate24 = i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);

  const start0 = i32x4.splat(high + k0);
  let start1 = i32x4.add(i32x4.splat(low + k1), i32x4(0, 1, 2, 3));
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 64) {
    let a1 = start1;
    let b1 = i32x4.add(start1, i32x4.splat(4));
    let c1 = i32x4.add(start1, i32x4.splat(8));
    let d1 = i32x4.add(start1, i32x4.splat(12));
    let a0 = i32x4.add(start0, a1);
    let b0 = i32x4.add(start0, b1);
    let c0 = i32x4.add(start0, c1);
    let d0 = i32x4.add(start0, d1);
    a1 = mix(a1, a0, 13); b1 = mix(b1, b0, 13); c1 = mix(c1, c0, 13); d1 = mix(d1, d0, 13);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 15); b1 = mix(b1, b0, 15); c1 = mix(c1, c0, 15); d1 = mix(d1, d0, 15);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 26); b1 = mix(b1, b0, 26); c1 = mix(c1, c0, 26); d1 = mix(d1, d0, 26);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 6); b1 = mix(b1, b0, 6); c1 = mix(c1, c0, 6); d1 = mix(d1, d0, 6);
    a0 = i32x4.add(a0, key1); b0 = i32x4.add(b0, key1); c0 = i32x4.add(c0, key1); d0 = i32x4.add(d0, key1);
    a1 = i32x4.add(a1, key2plus1); b1 = i32x4.add(b1, key2plus1); c1 = i32x4.add(c1, key2plus1); d1 = i32x4.add(d1, key2plus1);

    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 17); b1 = mix(b1, b0, 17); c1 = mix(c1, c0, 17); d1 = mix(d1, d0, 17);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 29); b1 = mix(b1, b0, 29); c1 = mix(c1, c0, 29); d1 = mix(d1, d0, 29);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mixBytes(a1, a0, rotate16); b1 = mixBytes(b1, b0, rotate16); c1 = mixBytes(c1, c0, rotate16); d1 = mixBytes(d1, d0, rotate16);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mixBytes(a1, a0, rotate24); b1 = mixBytes(b1, b0, rotate24); c1 = mixBytes(c1, c0, rotate24); d1 = mixBytes(d1, d0, rotate24);
    a0 = i32x4.add(a0, key2); b0 = i32x4.add(b0, key2); c0 = i32x4.add(c0, key2); d0 = i32x4.add(d0, key2);
    a1 = i32x4.add(a1, key0plus2); b1 = i32x4.add(b1, key0plus2); c1 = i32x4.add(c1, key0plus2); d1 = i32x4.add(d1, key0plus2);

    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 13); b1 = mix(b1, b0, 13); c1 = mix(c1, c0, 13); d1 = mix(d1, d0, 13);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 15); b1 = mix(b1, b0, 15); c1 = mix(c1, c0, 15); d1 = mix(d1, d0, 15);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 26); b1 = mix(b1, b0, 26); c1 = mix(c1, c0, 26); d1 = mix(d1, d0, 26);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 6); b1 = mix(b1, b0, 6); c1 = mix(c1, c0, 6); d1 = mix(d1, d0, 6);
    a0 = i32x4.add(a0, key0); b0 = i32x4.add(b0, key0); c0 = i32x4.add(c0, key0); d0 = i32x4.add(d0, key0);
    a1 = i32x4.add(a1, key1plus3); b1 = i32x4.add(b1, key1plus3); c1 = i32x4.add(c1, key1plus3); d1 = i32x4.add(d1, key1plus3);

    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 17); b1 = mix(b1, b0, 17); c1 = mix(c1, c0, 17); d1 = mix(d1, d0, 17);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 29); b1 = mix(b1, b0, 29); c1 = mix(c1, c0, 29); d1 = mix(d1, d0, 29);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mixBytes(a1, a0, rotate16); b1 = mixBytes(b1, b0, rotate16); c1 = mixBytes(c1, c0, rotate16); d1 = mixBytes(d1, d0, rotate16);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mixBytes(a1, a0, rotate24); b1 = mixBytes(b1, b0, rotate24); c1 = mixBytes(c1, c0, rotate24); d1 = mixBytes(d1, d0, rotate24);
    a0 = i32x4.add(a0, key1); b0 = i32x4.add(b0, key1); c0 = i32x4.add(c0, key1); d0 = i32x4.add(d0, key1);
    a1 = i32x4.add(a1, key2plus4); b1 = i32x4.add(b1, key2plus4); c1 = i32x4.add(c1, key2plus4); d1 = i32x4.add(d1, key2plus4);

    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 13); b1 = mix(b1, b0, 13); c1 = mix(c1, c0, 13); d1 = mix(d1, d0, 13);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 15); b1 = mix(b1, b0, 15); c1 = mix(c1, c0, 15); d1 = mix(d1, d0, 15);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 26); b1 = mix(b1, b0, 26); c1 = mix(c1, c0, 26); d1 = mix(d1, d0, 26);
    a0 = i32x4.add(a0, a1); b0 = i32x4.add(b0, b1); c0 = i32x4.add(c0, c1); d0 = i32x4.add(d0, d1);
    a1 = mix(a1, a0, 6); b1 = mix(b1, b0, 6); c1 = mix(c1, c0, 6); d1 = mix(d1, d0, 6);
    a0 = i32x4.add(a0, key2); b0 = i32x4.add(b0, key2); c0 = i32x4.add(c0, key2); d0 = i32x4.add(d0, key2);
    a1 = i32x4.add(a1, key0plus5); b1 = i32x4.add(b1, key0plus5); c1 = i32x4.add(c1, key0plus5); d1 = i32x4.add(d1, key0plus5);

    v128.store(address, v128.xor(a0, a1), 0);
    v128.store(address, v128.xor(b0, b1), 16);
    v128.store(address, v128.xor(c0, c1), 32);
    v128.store(address, v128.xor(d0, d1), 48);
    start1 = i32x4.add(start1, i32x4.splat(16));
  }
}
