import type { TensorInfo } from '@tensorflow/tfjs';
import type { NoiseKey } from '@vardrop/core/backend';
import { type BoundShape, elementCount, type NodeOf } from '@vardrop/core/program';
import type { Device } from '../../device/device.js';
import { reshape } from '../../device/shape.js';
import { languageOf, place, prepare, store, word } from '../program.js';
import { printRandom } from './random.js';

/** Noise of a key, made on the device. Element i of the result is element `row · units + i` of the key's stream. */
export function noise(device: Device, node: NodeOf<'noise', BoundShape>): (key: NoiseKey) => TensorInfo {
  const language = languageOf(device);
  const { shape } = node;
  const size = elementCount(shape);
  const rowSize = elementCount(shape.slice(1));
  const words = ['k0', 'k1', 'startHigh', 'startLow'];
  const [k0, k1, startHigh, startLow] = words.map((name) => word(language, name));
  const of = node.distribution === 'uniform' ? 'vUniform' : 'vNormal';
  const launch = prepare(device, {
    shape: [size],
    inputs: 0,
    words,
    functions: printRandom(language, node.distribution),
    body: [
      language.define('unsigned', 'low', `${startLow} + ${place(language)}`),
      // The sum has passed 2³² if it is less than `startLow`.
      language.define(
        'unsigned',
        'high',
        `${startHigh} + ${language.select(`low < ${startLow}`, language.unsigned(1), language.unsigned(0))}`,
      ),
      store(language, `${of}(${k0}, ${k1}, high, low)`),
    ],
  });
  return ({ words: [first, second], row = 0 }) => {
    const start = row * rowSize;
    return device.scoped(() =>
      reshape(device, launch([], [first, second, Math.floor(start / 2 ** 32), start % 2 ** 32]), shape),
    );
  };
}
