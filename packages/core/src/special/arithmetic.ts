/**
 * The elementwise operations used by the approximations of special functions, over any value type `V`: nodes of a
 * program, float32 numbers in a test, float64 numbers. Each means the same as the primitive operation of the same name.
 */
export interface Arithmetic<V> {
  /** A constant. The approximations use only float32 numbers, written as short decimals. */
  constant(value: number): V;
  neg(x: V): V;
  abs(x: V): V;
  floor(x: V): V;
  /** Rounds to the nearest whole number, and in ties to the even one. */
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
  /** `a > b ? x : y`. Both are evaluated; the unused one may have any value. */
  selectGreater(a: V, b: V, x: V, y: V): V;
}
