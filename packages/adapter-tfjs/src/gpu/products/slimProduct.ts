import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../../device/device.js';
import { defineCoordinates, type Launch, languageOf, loadAt, prepare, store } from '../program.js';
import type { ProductSize } from './inOneOrder.js';

/** The most rows or columns of a slim product. */
const slim = 8;

/**
 * Products of matrices with few rows or columns, with one thread per element; undefined for other products. (tfjs's
 * webgpu programs compute tiles of 32 x 32, and such a product fills only a small part of a tile.)
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
