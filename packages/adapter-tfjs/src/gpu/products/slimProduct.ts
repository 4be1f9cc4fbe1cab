import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../../device/device.js';
import { defineCoordinates, type Launch, languageOf, loadAt, prepare, store } from '../program.js';
import type { ProductSize } from './inOneOrder.js';

/** Rows or columns up to which a product is slim. */
const slim = 8;

/**
 * Products of matrices with few rows or columns, each element in one thread; undefined for others. (tfjs's webgpu
 * programs compute tiles of 32 x 32, of which such a product fills little.)
 *
 * @param batch the number of products, or undefined for operands without that axis
 */
export function slimProduct(
  device: Device,
  batch: number | undefined,
  { rows, columns, length }: ProductSize,
  { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
): ((a: TensorInfo, b: TensorInfo) => TensorInfo) | undefined {
  if (device.name !== 'webgpu' || Math.min(rows, columns) > slim) return undefined;
  const language = languageOf(device);
  const [row, column] = batch === undefined ? ['at.x', 'at.y'] : ['at.y', 'at.z'];
  const first = batch === undefined ? [] : ['at.x'];
  const a = loadAt(0, ...first, ...(transposeA ? ['i', row] : [row, 'i']));
  const b = loadAt(1, ...first, ...(transposeB ? [column, 'i'] : ['i', column]));
  const launch: Launch = prepare(device, {
    shape: [...(batch === undefined ? [] : [batch]), rows, columns],
    inputs: 2,
    words: [],
    functions: '',
    body: [
      defineCoordinates(language, 'at', batch === undefined ? 2 : 3),
      language.variable('float', 'sum', language.number(0)),
      language.repeat('i', length, [`sum = sum + ${a} * ${b};`]),
      store(language, 'sum'),
    ],
  });
  return (left, right) => launch([left, right]);
}
