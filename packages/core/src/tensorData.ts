/** A tensor on the host, row-major. Functions that take one accept any array of numbers as its `Data`. */
export interface TensorData<Data extends ArrayLike<number> = Float32Array<ArrayBuffer>> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Tensors on the host by name. */
export type TensorMap<Data extends ArrayLike<number> = Float32Array<ArrayBuffer>> = Readonly<
  Record<string, TensorData<Data>>
>;
