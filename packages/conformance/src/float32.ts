/** How many float32 numbers apart two float32 numbers are; 0 and −0 are 0 apart. */
export function unitsApart(a: number, b: number): number {
  const [x, y] = Array.from(new Int32Array(Float32Array.of(a, b).buffer), (bits) =>
    bits < 0 ? -(bits & 0x7fffffff) : bits,
  );
  return Math.abs(x - y);
}
