/** Arrays of numbers of predictions. */
type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Predictions of consecutive rows as one: arrays, whose first axis is the rows, are joined, and rows are added up. */
export function joinPredictions<Prediction extends object>(parts: readonly Prediction[]): Prediction {
  if (parts.length === 1) return parts[0];
  const joined = Object.keys(parts[0]).map((name) => {
    const values = parts.map((part) => (part as { readonly [name: string]: unknown })[name]);
    return [name, name === 'rows' ? sum(values as number[]) : join(values)] as const;
  });
  return Object.fromEntries(joined) as Prediction;
}

function join(values: readonly unknown[]): unknown {
  const [first] = values;
  if (ArrayBuffer.isView(first)) return joinArrays(values as Numbers[]);
  const isPrediction = typeof first === 'object' && first !== null && 'kind' in first;
  return isPrediction ? joinPredictions(values as readonly object[]) : first;
}

function joinArrays(parts: readonly Numbers[]): Numbers {
  const Kind = parts[0].constructor as new (length: number) => Numbers;
  const joined = new Kind(sum(parts.map(({ length }) => length)));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
