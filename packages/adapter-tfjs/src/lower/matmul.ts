import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../device.js';
import { inOneOrder } from '../gpu/inOneOrder.js';
import type { Lowering, Shapes } from './lowering.js';
import { broadcast, equalShapes, reshape, sizeOf } from './shape.js';

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
  const size = { rows, columns: shapes.out[shapes.out.length - 1], length };
  const product = (a: TensorInfo, b: TensorInfo) =>
    inOneOrder(device, size, () => device.call('BatchMatMul', { a, b }, { transposeA, transposeB }));
  const direct = aShape.length === 2 && bShape.length === 2;
  if (direct) return ([a, b]) => product(a, b);

  if (sizeOf(bBatch) === 1 && !transposeA) {
    const rows = sizeOf(batch) * aShape[aShape.length - 2];
    return ([a, b]) =>
      device.scoped(() =>
        reshape(
          device,
          product(reshape(device, a, [rows, aShape[aShape.length - 1]]), reshape(device, b, bShape.slice(-2))),
          shapes.out,
        ),
      );
  }
  const expand = (x: TensorInfo, xBatch: readonly number[]) => {
    const matrix = x.shape.slice(-2);
    const full = equalShapes(xBatch, batch) ? x : broadcast(device, x, [...batch, ...matrix]);
    return reshape(device, full, [sizeOf(batch), ...matrix]);
  };
  return ([a, b]) => device.scoped(() => reshape(device, product(expand(a, aBatch), expand(b, bBatch)), shapes.out));
}
