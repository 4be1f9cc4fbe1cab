/** Bits of the nearest float16 numbers, ties to even (IEEE 754). What is beyond 65,504 becomes infinite. */
export function float16Bits(values: ArrayLike<number>): Uint16Array {
  const floats = Float32Array.from(values);
  const words = new Uint32Array(floats.buffer);
  return Uint16Array.from(words, (word) => {
    const sign = (word >>> 16) & 0x8000;
    const size = word & 0x7fffffff;
    // From 65,520 on the nearest number is infinite.
    if (size >= 0x477ff000) return sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
    if (size < 0x38800000) {
      // Below 2⁻¹⁴ numbers are multiples of 2⁻²⁴; adding 0.5 rounds to them.
      const scaled = new Float32Array([0]);
      new Uint32Array(scaled.buffer)[0] = size;
      const rounded = new Uint32Array(Float32Array.of(scaled[0] + 0.5).buffer)[0] - 0x3f000000;
      return sign | rounded;
    }
    const odd = (size >>> 13) & 1;
    return sign | ((size - 0x38000000 + 0xfff + odd) >>> 13);
  });
}
