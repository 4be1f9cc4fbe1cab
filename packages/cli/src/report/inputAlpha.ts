import type { InputAlpha, LayerReport } from './trainingReport.js';

/**
 * Reduces the first layer's α to one value per input pixel: as it is where α is per input, and where it is per weight the
 * geometric mean over the layer's outputs, which is the mean of log α.
 *
 * @param layer the layer that sees the pixels, `[height · width]` inputs.
 * @returns undefined where α does not tell pixels apart: none at all, or one for the network, the layer or an output.
 */
export function inputAlphaOf(layer: Pick<LayerReport, 'alpha'>, width: number, height: number): InputAlpha | undefined {
  const inputs = width * height;
  if (layer.alpha === undefined) return undefined;
  const { values, granularity } = layer.alpha;
  if (granularity === 'input' && values.length === inputs) {
    return { width, height, values: Float32Array.from(values) };
  }
  if (granularity !== 'weight' || values.length === 0 || values.length % inputs !== 0) return undefined;
  const outputs = values.length / inputs;
  const means = new Float32Array(inputs);
  for (let input = 0; input < inputs; input++) {
    let sum = 0;
    for (let output = 0; output < outputs; output++) sum += Math.log(values[input * outputs + output]);
    means[input] = Math.exp(sum / outputs);
  }
  return { width, height, values: means };
}
