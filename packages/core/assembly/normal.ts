// The operations and their order are those of src/random/normalFromBits.ts, which says why: change both or neither.
// Every operation here is a correctly rounded float32 one, so the two agree bit for bit.

/** Natural logarithm of positive normal numbers. */
// @ts-ignore: decorator
@inline
function log(y: v128): v128 {
  const shifted = i32x4.sub(y, i32x4.splat(0x3f3504f3));
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const s = f32x4.div(f32x4.sub(m, f32x4.splat(1)), f32x4.add(m, f32x4.splat(1)));
  const square = f32x4.mul(s, s);
  let sum = f32x4.add(f32x4.mul(square, f32x4.splat(0.41518019)), f32x4.splat(0.66644069));
  sum = f32x4.add(f32x4.mul(sum, square), f32x4.splat(2.0000008));
  return f32x4.add(f32x4.mul(exponent, f32x4.splat(0.6931472)), f32x4.mul(s, sum));
}

/** erfinv(x) / x for -log(1 - x^2) < 5, in v = -log(1 - x^2) - 5/2 (Giles 2010). */
// @ts-ignore: decorator
@inline
function central(v: v128): v128 {
  let sum = f32x4.splat(2.81022636e-08);
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(3.43273939e-07));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(-3.5233877e-06));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(-4.39150654e-06));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(0.00021858087));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(-0.00125372503));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(-0.00417768164));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(0.246640727));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(1.50140941));
  return sum;
}

/** erfinv(x) / x for the tails, in v = sqrt(-log(1 - x^2)) - 3 (Giles 2010). */
// @ts-ignore: decorator
@inline
function tail(v: v128): v128 {
  let sum = f32x4.splat(-0.000200214257);
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(0.000100950558));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(0.00134934322));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(-0.00367342844));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(0.00573950773));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(-0.0076224613));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(0.00943887047));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(1.00167406));
  sum = f32x4.add(f32x4.mul(sum, v), f32x4.splat(2.83297682));
  return sum;
}

/** Turns `count` random words from address 0 on, in place, into standard normal float32 numbers. */
export function normalFromBits(count: u32): void {
  const end = (<usize>count) << 2;
  for (let address: usize = 0; address < end; address += 16) {
    const word = v128.or(i32x4.shr_u(v128.load(address), 9), i32x4.splat(0x40000000));
    const x = f32x4.add(f32x4.sub(word, f32x4.splat(2)), f32x4.splat(-0.99999994));
    const y = f32x4.mul(f32x4.sub(f32x4.splat(1), x), f32x4.add(f32x4.splat(1), x));
    const logarithm = log(y);
    let ratio = central(f32x4.sub(f32x4.splat(-2.5), logarithm));
    const isTail = f32x4.lt(y, f32x4.splat(0.006737947));
    // One number in 300 is in the tails, so four in a row rarely are.
    if (v128.any_true(isTail)) {
      const root = f32x4.sqrt(f32x4.neg(logarithm));
      ratio = v128.bitselect(tail(f32x4.sub(root, f32x4.splat(3))), ratio, isTail);
    }
    v128.store(address, f32x4.mul(f32x4.mul(ratio, x), f32x4.splat(1.4142135)));
  }
}
