import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount, sameShape } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering, Shapes } from '../device/lowering.js';
import { broadcast, join, reshape } from '../device/shape.js';
import { inOneOrder, type ProductSize } from '../gpu/products/inOneOrder.js';
import { slimProduct } from '../gpu/products/slimProduct.js';
import { addAll, partOf, runsOf } from './runs.js';

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
  const productOf = (count: number | undefined, tall = rows) =>
    inRuns(device, flags, count, { rows: tall, columns, length }, (each, size) => {
      return (
        slimProduct(device, each, size, flags) ??
        ((a: TensorInfo, b: TensorInfo) =>
          inOneOrder(device, size, () => device.call('BatchMatMul', { a, b }, { transposeA, transposeB })))
      );
    });
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
    const full = sameShape(xBatch, batch) ? x : broadcast(device, x, [...batch, ...matrix]);
    return reshape(device, full, [elementCount(batch), ...matrix]);
  };
  return ([a, b]) => device.scoped(() => reshape(device, product(expand(a, aBatch), expand(b, bBatch)), shapes.out));
}

type Product = (a: TensorInfo, b: TensorInfo) => TensorInfo;

/** Rows that a group of threads computes in tfjs's product on webgpu. */
const tile = 32;

/**
 * A product cut to what a device takes: rows and pairs into runs that there are groups of threads for, and sums into runs
 * of no more turns than a thread makes.
 *
 * @param productOf how one run is multiplied
 */
function inRuns(
  device: Device,
  flags: { transposeA: boolean; transposeB: boolean },
  count: number | undefined,
  { rows, columns, length }: ProductSize,
  productOf: (count: number | undefined, size: ProductSize) => Product,
): Product {
  const first = count === undefined ? 0 : 1;
  const { turns, groups } = device;
  const size = { rows, columns, length };
  const inner = (many: number | undefined, of: ProductSize) => inRuns(device, flags, many, of, productOf);
  /** What may be too much, and how it is cut: by which axes, and what becomes of the products of the runs. */
  const cuts = [
    {
      total: count ?? 0,
      most: groups,
      inside: (run: number) => inner(run, size),
      axes: [0, 0],
      combine: (products: readonly TensorInfo[]) => join(device, products, 0),
    },
    {
      total: length,
      most: turns,
      inside: (run: number) => inner(count, { ...size, length: run }),
      axes: [first + (flags.transposeA ? 0 : 1), first + (flags.transposeB ? 1 : 0)],
      combine: (products: readonly TensorInfo[]) => addAll(device, products),
    },
    {
      total: rows,
      most: groups * tile,
      inside: (run: number) => inner(count, { ...size, rows: run }),
      axes: [first + (flags.transposeA ? 1 : 0), undefined],
      combine: (products: readonly TensorInfo[]) => join(device, products, first),
    },
  ];
  const cut = cuts.find(({ total, most }) => total > most);
  if (cut === undefined) return productOf(count, size);
  const runs = runsOf(cut.total, cut.most).map((run) => ({ run, multiply: cut.inside(run.length) }));
  return (...operands) =>
    device.scoped(() =>
      cut.combine(
        runs.map(({ run, multiply }) => {
          const [a, b] = operands.map((x, i) => {
            const axis = cut.axes[i];
            return axis === undefined ? x : partOf(device, x, axis, run);
          });
          return multiply(a, b);
        }),
      ),
    );
}
