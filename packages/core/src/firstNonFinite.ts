/** Index of the first value that is infinite or NaN, or −1. */
export function firstNonFinite(values: Float32Array): number {
  // A finite number times 0 is 0; infinity and NaN give NaN, and every sum keeps it. Four sums, because each addition waits for
  // the one before. This takes a fraction of the time of a function call per value.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (let i = whole; i < values.length; i++) a += values[i] * 0;
  if (a + b + c + d === 0) return -1;
  return values.findIndex((value) => !Number.isFinite(value));
}
