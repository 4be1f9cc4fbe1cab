import { adam, createNetwork, initialState, type Likelihoods, type Model, type Network } from '../../src/index.js';
import { foldIn, key, normal } from '../../src/random/index.js';
import { createReferenceBackend } from '../../src/reference/index.js';

export const backend = createReferenceBackend();

/** A network that was not trained: initial values with a little noise, so that no two tensors are alike. */
export function untrained<Given extends Likelihoods>(model: Model<Given>, seed = 1): Network<Given> {
  const { parameters, carried } = initialState(model, adam(), seed);
  const moved = Object.entries({ ...parameters, ...carried }).map(([name, { shape, data }], i) => {
    const noise = normal(foldIn(key(seed), i), data.length);
    return [name, { shape, data: data.map((value, j) => value + 0.1 * Math.abs(noise[j])) }] as const;
  });
  return createNetwork(model, { backend, parameters: Object.fromEntries(moved) });
}

/** The bits of tensors and of predictions. */
export function bits(values: object): unknown {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (ArrayBuffer.isView(value))
        return [name, [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]];
      const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [name, isRecord ? bits(value) : value];
    }),
  );
}

/** The header of a safetensors file. */
export function headerOf(bytes: Uint8Array): { readonly __metadata__: Readonly<Record<string, string>> } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
}

/** The bytes of a safetensors file with another header. */
export function withHeader(bytes: Uint8Array, change: (header: Record<string, unknown>) => unknown): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = new TextEncoder().encode(JSON.stringify(change({ ...headerOf(bytes) })));
  const result = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  new DataView(result.buffer).setBigUint64(0, BigInt(text.length), true);
  result.set(text, 8);
  result.set(bytes.subarray(8 + length), 8 + text.length);
  return result;
}

/** The bytes with other metadata; undefined leaves a name out. */
export function withMetadata(bytes: Uint8Array, changed: Readonly<Record<string, string | undefined>>): Uint8Array {
  return withHeader(bytes, (header) => ({
    ...header,
    __metadata__: JSON.parse(JSON.stringify({ ...(header.__metadata__ as object), ...changed })),
  }));
}
