/** @returns a number with `digits` significant digits, in plain notation where that stays short; `∞`, `–` for NaN. */
export function significant(value: number, digits = 3): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  // Of the rounded value, so 999.6 is written as 1,000.
  const magnitude = Number(value.toExponential(digits - 1).split('e')[1]);
  if (magnitude >= 6 || magnitude < -4) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
    return minus(`${mantissa} × 10${superscript(Number(exponent))}`);
  }
  if (magnitude >= digits) return grouped(Math.round(value));
  return minus(Number(value.toPrecision(digits)).toFixed(Math.max(0, digits - 1 - magnitude)));
}

/** @returns a fraction as a percentage with `digits` decimals, `2.45 %`. */
export function percent(fraction: number, digits = 2): string {
  return Number.isFinite(fraction) ? `${(fraction * 100).toFixed(digits)} %` : '–';
}

/** @returns a whole number with its thousands set apart, `1,234,567`. */
export function grouped(value: number): string {
  return minus(value.toLocaleString('en-US', { maximumFractionDigits: 0 }));
}

/** @returns seconds as `74.2 s`, `12.4 min` or `2.1 h`. */
export function duration(seconds: number): string {
  if (seconds < 119.95) return `${seconds.toFixed(1)} s`;
  return seconds < 119.95 * 60 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** @returns a whole number as superscript, `⁻³`. */
function superscript(value: number): string {
  return String(value)
    .split('')
    .map((character) => (character === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(character)]))
    .join('');
}

function minus(text: string): string {
  return text.replace('-', '−');
}
