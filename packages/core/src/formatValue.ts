/**
 * Any value as error messages show it: strings in quotes, so that '1' differs from 1, big integers with their `n`, objects by
 * the names of their properties.
 */
export function formatValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 60 ? `'${value.slice(0, 60)}…'` : `'${value}'`;
    case 'bigint':
      return `${value}n`;
    case 'undefined':
      return 'nothing';
    case 'function':
      // A layer can be called, and its name may be undefined.
      return 'kind' in value ? `a layer of kind ${formatValue(value.kind)}` : `the function ${value.name}`;
    case 'object':
      return value === null ? 'null' : formatObject(value);
    default:
      return String(value);
  }
}

function formatObject(value: object): string {
  if (value instanceof Promise) return 'a promise';
  if (Array.isArray(value))
    return value.length > 8 ? `an array of ${value.length}` : `[${value.map(formatEntry).join(', ')}]`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const article = /^[AEIOU]/.test(tag) ? 'an' : 'a';
  if (ArrayBuffer.isView(value)) return `${article} ${tag} of ${value.byteLength} bytes`;
  if (tag !== 'Object') return `${article} ${tag}`;
  return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing in it'}`;
}

function formatEntry(value: unknown): string {
  return typeof value === 'object' && value !== null ? '…' : formatValue(value);
}
