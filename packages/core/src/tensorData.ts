/** A tensor on the host, row-major. Where one is handed in, any array of numbers may be its `Data`. */
export interface TensorData<Data extends ArrayLike<number> = Float32Array<ArrayBuffer>> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Tensors on the host by name. */
export type TensorMap<Data extends ArrayLike<number> = Float32Array<ArrayBuffer>> = Readonly<
  Record<string, TensorData<Data>>
>;
