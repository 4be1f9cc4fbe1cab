import * as random from '@vardrop/core/random';
import type { ImageData } from '../src/index.js';

const classes = 3;

/**
 * Points around three centres, so that little networks have something to learn and something to err about: twelve values, or
 * images of a shape.
 */
export function tinyData(name = 'tiny', shape?: ImageData['shape']): ImageData {
  const inputs = shape ? shape[0] * shape[1] * shape[2] : 12;
  const centres = random.normal(random.key(1), classes * inputs);
  const part = (seed: number, rows: number) => {
    const noise = random.normal(random.key(seed), rows * inputs);
    const targets = Int32Array.from({ length: rows }, (_, row) => row % classes);
    const values = Float32Array.from(noise, (value, i) => {
      const column = i % inputs;
      return centres[targets[(i - column) / inputs] * inputs + column] + 1.5 * value;
    });
    return { inputs: values, targets };
  };
  return { name, inputs, ...(shape && { shape }), classes, train: part(2, 60), test: part(3, 45) };
}
