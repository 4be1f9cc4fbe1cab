import type { Tensor as OrtTensor } from 'onnxruntime-web';
import { allParts } from '../src/allParts.js';
import type { Ort } from '../src/ort.js';
import { loadRuntime } from '../src/start/loadRuntime.js';

/** Values for a run: numbers for int64 scalars, arrays for tensors of a shape. */
export type Feeds = Readonly<
  Record<string, number | { readonly shape: readonly number[]; readonly data: Float32Array | Uint32Array }>
>;

/** Where files are run in these tests. */
export const devices = ['wasm', 'native'] as const;

/** Loads a file in a runtime. */
export async function openModel(device: (typeof devices)[number], bytes: Uint8Array) {
  const { ort, sessionOptions } = await loadRuntime({ parts: allParts, device, threads: 1 });
  const session = await ort.InferenceSession.create(bytes, sessionOptions);
  return {
    names: session.inputNames,
    async run(feeds: Feeds): Promise<Record<string, Float32Array>> {
      const results = await session.run(
        Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, tensorOf(ort, value)])),
      );
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, (tensor as OrtTensor).data as Float32Array]),
      );
    },
    release: () => session.release(),
  };
}

function tensorOf(ort: Ort, value: Feeds[string]): OrtTensor {
  if (typeof value === 'number') return new ort.Tensor('int64', BigInt64Array.of(BigInt(value)), []);
  return value.data instanceof Float32Array
    ? new ort.Tensor('float32', value.data, value.shape)
    : new ort.Tensor('uint32', value.data, value.shape);
}
