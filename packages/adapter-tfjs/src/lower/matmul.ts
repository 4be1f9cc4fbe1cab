import type { TensorInfo } from '@tensorflow/tfjs';
import { elementCount, type NodeShapes, sameShape } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import { broadcast, join, reshape } from '../device/shape.js';
import { inOneOrder, type ProductSize } from '../gpu/products/inOneOrder.js';
import { slimProduct } from '../gpu/products/slimProduct.js';
import { addAll, partOf, runsOf } from './runs.js';

/**
 * A matrix product. tfjs repeats the smaller batch over the larger in memory order, so an operand whose batch differs
 * from the result's is expanded first. A stack of left matrices with the same right matrix becomes one tall matrix,
 * because the wasm backend is fast only for a product without a batch.
 */
export function matmul(
  device: Device,
  flags: { transposeA: boolean; transposeB: boolean },
  shapes: NodeShapes,
): Lowering {
  const { transposeA, transposeB } = flags;
  const [aShape, bShape] = shapes.operands;
  const batch = shapes.out.slice(0, -2);
  const aBatch = aShape.slice(0, -2);
  const bBatch = bShape.slice(0, -2);
  const [rows, length] = transposeA ? aShape.slice(-2).reverse() : aShape.slice(-2);
  const columns = shapes.out[shapes.out.length - 1];
  /** Products of `count` pairs of matrices, or of one pair without the batch axis. */
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

/** Rows that a group of threads computes in tfjs's webgpu product. */
const tile = 32;

/**
 * A product within the limits of the device. Rows and pairs are cut into runs for which there are enough groups of
 * threads. Sums are cut into runs of at most as many turns as a thread completes.
 *
 * @param productOf multiplies one run
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
  /**
   * The quantities that may exceed a limit, and how to cut each: along which axes, and how the products of the runs are
   * combined.
   */
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
