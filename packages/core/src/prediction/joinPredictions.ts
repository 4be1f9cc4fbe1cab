/** Predictions of consecutive rows as one: arrays, whose first axis is the rows, are joined, and rows are added up. */
export function joinPredictions<Prediction extends object>(parts: readonly Prediction[]): Prediction {
  if (parts.length === 1) return parts[0];
  const first: Readonly<Record<string, unknown>> = { ...parts[0] };
  const joined = Object.keys(first).map((name) => {
    const values = parts.map((part) => (part as Readonly<Record<string, unknown>>)[name]);
    return [name, name === 'rows' ? sum(values as number[]) : join(values)] as const;
  });
  return Object.fromEntries(joined) as Prediction;
}

function join(values: readonly unknown[]): unknown {
  const [first] = values;
  if (first instanceof Float32Array || first instanceof Float64Array || first instanceof Int32Array) {
    const arrays = values as readonly (typeof first)[];
    const all = new (first.constructor as new (length: number) => typeof first)(sum(arrays.map(({ length }) => length)));
    let at = 0;
    for (const each of arrays) {
      all.set(each, at);
      at += each.length;
    }
    return all;
  }
  const isNamed = typeof first === 'object' && first !== null && 'kind' in first;
  return isNamed ? joinPredictions(values as readonly object[]) : first;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
