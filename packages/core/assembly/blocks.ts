// Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011), one counter a lane.
//
// A round waits for the one before it, so a processor is busy only while it sees many counters at once. It sees more
// the fewer instructions a counter takes: hence five short passes over a buffer in place of one long loop.
import { secondWords } from './layout';

/** What the five key injections add to x0 and x1. */
const schedule = memory.data(40);
/** For each byte of a vector of words rotated left by 16 and by 24 bits, where it comes from. */
const byteRotations = memory.data<u8>([
  2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13,
  1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12,
]);

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

/** Counters plus the first two words of the key. */
function start(k0: u32, k1: u32, count: u32): void {
  const first = i32x4.splat(k0);
  let second = i32x4.add(i32x4.splat(k1), i32x4(0, 1, 2, 3));
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 16) {
    v128.store(address, first);
    v128.store(address + secondWords, second);
    second = i32x4.add(second, i32x4.splat(4));
  }
}

/** Rounds 1 to 4 of 8, and the key words at `schedule + injection`. */
function firstRounds(count: u32, injection: usize): void {
  const key0 = v128.load32_splat(schedule + injection);
  const key1 = v128.load32_splat(schedule + injection, 4);
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 32) {
    let a0 = v128.load(address, 0);
    let a1 = v128.load(address + secondWords, 0);
    let b0 = v128.load(address, 16);
    let b1 = v128.load(address + secondWords, 16);
    a0 = i32x4.add(a0, a1);
    b0 = i32x4.add(b0, b1);
    a1 = mix(a1, a0, 13);
    b1 = mix(b1, b0, 13);
    a0 = i32x4.add(a0, a1);
    b0 = i32x4.add(b0, b1);
    a1 = mix(a1, a0, 15);
    b1 = mix(b1, b0, 15);
    a0 = i32x4.add(a0, a1);
    b0 = i32x4.add(b0, b1);
    a1 = mix(a1, a0, 26);
    b1 = mix(b1, b0, 26);
    a0 = i32x4.add(a0, a1);
    b0 = i32x4.add(b0, b1);
    a1 = mix(a1, a0, 6);
    b1 = mix(b1, b0, 6);
    v128.store(address, i32x4.add(a0, key0), 0);
    v128.store(address + secondWords, i32x4.add(a1, key1), 0);
    v128.store(address, i32x4.add(b0, key0), 16);
    v128.store(address + secondWords, i32x4.add(b1, key1), 16);
  }
}

/** Rounds 5 to 8 of 8, and the key words at `schedule + injection`. */
function secondRounds(count: u32, injection: usize): void {
  const key0 = v128.load32_splat(schedule + injection);
  const key1 = v128.load32_splat(schedule + injection, 4);
  const rotate16 = v128.load(byteRotations);
  const rotate24 = v128.load(byteRotations, 16);
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 32) {
    let a0 = v128.load(address, 0);
    let a1 = v128.load(address + secondWords, 0);
    let b0 = v128.load(address, 16);
    let b1 = v128.load(address + secondWords, 16);
    a0 = i32x4.add(a0, a1);
    b0 = i32x4.add(b0, b1);
    a1 = mix(a1, a0, 17);
    b1 = mix(b1, b0, 17);
    a0 = i32x4.add(a0, a1);
    b0 = i32x4.add(b0, b1);
    a1 = mix(a1, a0, 29);
    b1 = mix(b1, b0, 29);
    a0 = i32x4.add(a0, a1);
    b0 = i32x4.add(b0, b1);
    a1 = mixBytes(a1, a0, rotate16);
    b1 = mixBytes(b1, b0, rotate16);
    a0 = i32x4.add(a0, a1);
    b0 = i32x4.add(b0, b1);
    a1 = mixBytes(a1, a0, rotate24);
    b1 = mixBytes(b1, b0, rotate24);
    v128.store(address, i32x4.add(a0, key0), 0);
    v128.store(address + secondWords, i32x4.add(a1, key1), 0);
    v128.store(address, i32x4.add(b0, key0), 16);
    v128.store(address + secondWords, i32x4.add(b1, key1), 16);
  }
}

/**
 * Enciphers the counters [high, low], [high, low + 1], ... to the buffers of first and second words. Whole vectors are
 * written. The counter's low word must not wrap within `count`.
 */
export function blocks(k0: u32, k1: u32, high: u32, low: u32, count: u32): void {
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  store<u32>(schedule, k1, 0);
  store<u32>(schedule, k2 + 1, 4);
  store<u32>(schedule, k2, 8);
  store<u32>(schedule, k0 + 2, 12);
  store<u32>(schedule, k0, 16);
  store<u32>(schedule, k1 + 3, 20);
  store<u32>(schedule, k1, 24);
  store<u32>(schedule, k2 + 4, 28);
  store<u32>(schedule, k2, 32);
  store<u32>(schedule, k0 + 5, 36);
  start(high + k0, low + k1, count);
  firstRounds(count, 0);
  secondRounds(count, 8);
  firstRounds(count, 16);
  secondRounds(count, 24);
  firstRounds(count, 32);
}
