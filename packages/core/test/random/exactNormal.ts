const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const tail = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/** The normal number that a word stands for, by its definition in float64 (the argument is float32 by definition). */
export function exactNormal(word: number): number {
  const low = Math.fround(-1 + 2 ** -24);
  const x = Math.max(low, Math.fround((word >>> 9) * 2 ** -22 + low));
  const w = -Math.log1p(-x * x);
  const [coefficients, v] = w < 5 ? [central, w - 2.5] : [tail, Math.sqrt(w) - 3];
  let ratio = 0;
  for (const coefficient of coefficients) ratio = ratio * v + coefficient;
  return Math.SQRT2 * ratio * x;
}
