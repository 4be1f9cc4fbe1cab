import type { Estimate } from './statistics/estimate.js';

/** A number with the given significant digits, `1.83`, `12,400`, `7.81e6`; `–` for NaN and undefined. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const magnitude = Number(value.toExponential(digits - 1).split('e')[1]);
  if (magnitude >= 6 || magnitude < -3) return minus(value.toExponential(digits - 1).replace('e+', 'e'));
  if (magnitude >= digits) return minus(Math.round(value).toLocaleString('en-US'));
  return minus(value.toFixed(Math.max(0, digits - 1 - magnitude)));
}

/** A value and its standard error, both to the error's second digit: `1.83 ± 0.02`. */
export function withError({ value, error }: Estimate): string {
  if (!Number.isFinite(error) || error === 0) return significant(value);
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(error)));
  if (decimals > 6 || Math.abs(value) >= 1e6) return `${significant(value)} ± ${significant(error, 2)}`;
  return `${minus(value.toFixed(decimals))} ± ${error.toFixed(decimals)}`;
}

/** A value with its standard error in per cent of it: `7.81e6 ± 0.6 %`. */
export function withRelativeError({ value, error }: Estimate): string {
  if (!Number.isFinite(error)) return significant(value);
  return `${significant(value)} ± ${((100 * error) / Math.abs(value)).toFixed(1)} %`;
}

/** A share as per cent: `4.10 %`. */
export function percent(share: number, decimals = 2): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

function minus(text: string): string {
  return text.replace('-', '−');
}
