/** @returns a number with `digits` significant digits, in plain notation where that stays short; `∞`, `–` for NaN. */
export function significant(value: number, digits = 3): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
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

/** @returns seconds as `8.2 s`, `1 min 05 s` or `2 h 03 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** @returns a whole number as superscript, `⁻³`. */
export function superscript(value: number): string {
  return String(value)
    .split('')
    .map((character) => (character === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(character)]))
    .join('');
}

function minus(text: string): string {
  return text.replace('-', '−');
}
