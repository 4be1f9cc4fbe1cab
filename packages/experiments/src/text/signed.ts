/** A difference with its sign, two decimals: `+0.50`, `−0.12`. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** An interval of differences: `−0.12 to +0.50`. */
export function signedInterval([low, high]: readonly [number, number]): string {
  return `${signed(low)} to ${signed(high)}`;
}
