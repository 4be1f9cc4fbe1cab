import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount } from '@vardrop/core';
import type { Device } from '../device.js';
import { inOneOrder } from '../gpu/inOneOrder.js';
import { slimProduct } from '../gpu/slimProduct.js';
import type { Lowering, Shapes } from './lowering.js';
import { broadcast, equalShapes, reshape } from './shape.js';

/**
 * A matrix product. tfjs repeats the smaller batch over the larger in memory order, so batches that differ in anything but
 * leading ones are expanded first. A stack of left matrices that share the right one is one tall matrix: only a product
 * without batch takes the wasm backend's fast path.
 */
export function matmul(device: Device, flags: { transposeA: boolean; transposeB: boolean }, shapes: Shapes): Lowering {
  const { transposeA, transposeB } = flags;
  const [aShape, bShape] = shapes.operands;
  const batch = shapes.out.slice(0, -2);
  const aBatch = aShape.slice(0, -2);
  const bBatch = bShape.slice(0, -2);
  const [rows, length] = transposeA ? aShape.slice(-2).reverse() : aShape.slice(-2);
  const columns = shapes.out[shapes.out.length - 1];
  /** Products of `count` pairs of matrices, or of one pair without that axis. */
  const productOf = (count: number | undefined, tall = rows) => {
    const size = { rows: tall, columns, length };
    return (
      slimProduct(device, count, size, flags) ??
      ((a: TensorInfo, b: TensorInfo) =>
        inOneOrder(device, size, () => device.call('BatchMatMul', { a, b }, { transposeA, transposeB })))
    );
  };
  if (aShape.length === 2 && bShape.length === 2) {
    const product = productOf(undefined);
    return ([a, b]) => product(a, b);
  }
  if (elementCount(bBatch) === 1 && !transposeA) {
    const tall = elementCount(batch) * rows;
    const product = productOf(undefined, tall);
    return ([a, b]) =>
      device.scoped(() =>
        reshape(device, product(reshape(device, a, [tall, length]), reshape(device, b, bShape.slice(-2))), shapes.out),
      );
  }
  const product = productOf(elementCount(batch));
  const expand = (x: TensorInfo, xBatch: readonly number[]) => {
    const matrix = x.shape.slice(-2);
    const full = equalShapes(xBatch, batch) ? x : broadcast(device, x, [...batch, ...matrix]);
    return reshape(device, full, [elementCount(batch), ...matrix]);
  };
  return ([a, b]) => device.scoped(() => reshape(device, product(expand(a, aBatch), expand(b, bBatch)), shapes.out));
}
