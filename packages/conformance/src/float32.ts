/** The distance of two float32 numbers, counted in float32 numbers. 0 and −0 have distance 0. */
export function unitsApart(a: number, b: number): number {
  const [x, y] = Array.from(new Int32Array(Float32Array.of(a, b).buffer), (bits) =>
    bits < 0 ? -(bits & 0x7fffffff) : bits,
  );
  return Math.abs(x - y);
}
