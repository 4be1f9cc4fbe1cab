// The operations and their order are those of src/random/normalFromBits.ts, which says why: change both or neither.
// Every operation here is a correctly rounded float32 one, so the two agree bit for bit.
//
// Two passes for the reason given in blocks.ts. Constants are loaded from memory before a loop: engines build literal
// vectors anew, in three instructions each, every time round.
import { secondWords } from './layout';

/** In the order in which they are loaded below; the fifth is the mask of a mantissa. */
const constants = memory.data<f32>([
  2, -0.99999994, 1, 0.70710678, reinterpret<f32>(0x007fffff), 0.41518019,
  0.66644069, 2.0000008, 0.69314718, -2.5, -5, 1.41421356,
]);
/** Giles 2010: erfinv(x) / x for w = -log(1 - x^2) < 5, in w - 5/2; highest power first. */
const central = memory.data<f32>([
  2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
  -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
]);
/** Giles 2010: the same for w >= 5, in sqrt(w) - 3. */
const tail = memory.data<f32>([
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
  -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
]);

/** x = 2u - 1 to the first buffer and log(1 - x^2) to the second. */
function logarithms(count: u32): void {
  const two = v128.load32_splat(constants, 0);
  const low = v128.load32_splat(constants, 4);
  const one = v128.load32_splat(constants, 8);
  const rootOfHalf = v128.load32_splat(constants, 12);
  const mantissa = v128.load32_splat(constants, 16);
  const log2 = v128.load32_splat(constants, 20);
  const log1 = v128.load32_splat(constants, 24);
  const log0 = v128.load32_splat(constants, 28);
  const logOfTwo = v128.load32_splat(constants, 32);
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 16) {
    const word = v128.xor(v128.load(address), v128.load(address + secondWords));
    const inTwoToFour = v128.or(i32x4.shr_u(word, 9), two);
    const x = f32x4.add(f32x4.sub(inTwoToFour, two), low);
    const y = f32x4.mul(f32x4.sub(one, x), f32x4.add(one, x));
    const shifted = i32x4.sub(y, rootOfHalf);
    const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
    const m = i32x4.add(v128.and(shifted, mantissa), rootOfHalf);
    const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
    const square = f32x4.mul(s, s);
    let sum = f32x4.add(f32x4.mul(square, log2), log1);
    sum = f32x4.add(f32x4.mul(sum, square), log0);
    v128.store(address, x);
    v128.store(address + secondWords, f32x4.add(f32x4.mul(exponent, logOfTwo), f32x4.mul(s, sum)));
  }
}

/** erfinv(x) / x where `logarithm` is below -5, else `ratio`. One number in 300 is there, so four rarely are. */
function withTail(logarithm: v128, ratio: v128, isTail: v128): v128 {
  const v = f32x4.sub(f32x4.sqrt(f32x4.neg(logarithm)), f32x4.splat(3));
  let sum = v128.load32_splat(tail);
  for (let at: usize = 4; at < 36; at += 4) {
    sum = f32x4.add(f32x4.mul(sum, v), v128.load32_splat(tail + at));
  }
  return v128.bitselect(sum, ratio, isTail);
}

/** sqrt(2) erfinv(x) to the first buffer. */
function inverseErrors(count: u32): void {
  const c8 = v128.load32_splat(central, 0);
  const c7 = v128.load32_splat(central, 4);
  const c6 = v128.load32_splat(central, 8);
  const c5 = v128.load32_splat(central, 12);
  const c4 = v128.load32_splat(central, 16);
  const c3 = v128.load32_splat(central, 20);
  const c2 = v128.load32_splat(central, 24);
  const c1 = v128.load32_splat(central, 28);
  const c0 = v128.load32_splat(central, 32);
  const center = v128.load32_splat(constants, 36);
  const tailBound = v128.load32_splat(constants, 40);
  const rootOfTwo = v128.load32_splat(constants, 44);
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 16) {
    const x = v128.load(address);
    const logarithm = v128.load(address + secondWords);
    const v = f32x4.sub(center, logarithm);
    let ratio = f32x4.add(f32x4.mul(c8, v), c7);
    ratio = f32x4.add(f32x4.mul(ratio, v), c6);
    ratio = f32x4.add(f32x4.mul(ratio, v), c5);
    ratio = f32x4.add(f32x4.mul(ratio, v), c4);
    ratio = f32x4.add(f32x4.mul(ratio, v), c3);
    ratio = f32x4.add(f32x4.mul(ratio, v), c2);
    ratio = f32x4.add(f32x4.mul(ratio, v), c1);
    ratio = f32x4.add(f32x4.mul(ratio, v), c0);
    const isTail = f32x4.lt(logarithm, tailBound);
    if (v128.any_true(isTail)) ratio = withTail(logarithm, ratio, isTail);
    v128.store(address, f32x4.mul(f32x4.mul(ratio, x), rootOfTwo));
  }
}

/** The random words of `count` blocks as standard normal float32 numbers, from address 0 on. */
export function normal(count: u32): void {
  logarithms(count);
  inverseErrors(count);
}
