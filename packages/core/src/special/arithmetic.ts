/**
 * The elementwise operations that the approximations of special functions are written in, over any value type `V`:
 * nodes of a program, float32 numbers in a test, float64 numbers. Each has the meaning of the primitive op of that name.
 */
export interface Arithmetic<V> {
  /** The same value everywhere. The approximations pass float32 numbers only, written as short decimals. */
  constant(value: number): V;
  neg(x: V): V;
  abs(x: V): V;
  floor(x: V): V;
  /** To the nearest whole number, halves to the even one. */
  round(x: V): V;
  sqrt(x: V): V;
  exp(x: V): V;
  log(x: V): V;
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  div(a: V, b: V): V;
  max(a: V, b: V): V;
  min(a: V, b: V): V;
  /** `a > b ? x : y`. Both are evaluated; the one not chosen must not matter, whatever it is. */
  selectGreater(a: V, b: V, x: V, y: V): V;
}
