import type { TensorInfo } from '@tensorflow/tfjs';
import type { Device } from '../device.js';
import type { Language } from './language.js';
import { defineCoordinates, languageOf, loadAt, prepare, store } from './program.js';

/**
 * Sums or maxima of parts of the rows of a matrix `[rows, length]`: `[rows, parts]`, of which part p has the elements p,
 * p + parts, p + 2 parts and so on, so that neighbouring threads read neighbouring elements. Needs `parts ≤ length`.
 */
export function reduceParts(
  device: Device,
  kind: 'sum' | 'max',
  { rows, length, parts }: { readonly rows: number; readonly length: number; readonly parts: number },
): (x: TensorInfo) => TensorInfo {
  const language = languageOf(device) as Language;
  const cell = loadAt(0, 'at.x', 'column');
  const launch = prepare(device, {
    shape: [rows, parts],
    inputs: 1,
    words: [],
    functions: '',
    body: [
      defineCoordinates(language, 'at', 2),
      language.variable('float', 'result', loadAt(0, 'at.x', 'at.y')),
      language.repeat('i', Math.ceil(length / parts) - 1, [
        language.define('int', 'column', `at.y + (i + 1) * ${parts}`),
        `if (column < ${length}) { result = ${kind === 'sum' ? `result + ${cell}` : `max(result, ${cell})`}; }`,
      ]),
      store(language, 'result'),
    ],
  });
  return (x) => launch([x]);
}
