import type { LinearPart } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';

/**
 * The factors of one datapoint's weights, of the shape of the weights: as a part's estimator is to draw them under noise θ(1 + ε)
 * of the weights, or under factors 1 + ε on the inputs. Throws unless just as many numbers are drawn.
 *
 * @param drawn the part's noise in a minibatch of `rows` rows, by its name within the part; undefined if it is not drawn
 */
export function sampleFactors(
  { estimator, noise, weightShape }: LinearPart,
  drawn: (name: string) => Float64Array | undefined,
  row: number,
  rows: number,
): readonly number[] {
  const own = (name: string) => {
    const values = drawn(name);
    if (values === undefined) throw new Error(`${name}: no noise is drawn`);
    const isOneSample = estimator.name === 'single' || (estimator.name === 'flipout' && name === 'weights');
    const length = isOneSample ? values.length : values.length / rows;
    return Array.from(values.subarray(isOneSample ? 0 : row * length, isOneSample ? length : (row + 1) * length));
  };
  const [inputs, outputs] = weightShape.slice(-2);
  const count = elementCount(weightShape);
  // Columns of a group have inputs of their own.
  const inputOf = (weight: number, units: number) => {
    const [input, output] = [Math.floor(weight / outputs) % inputs, weight % outputs];
    return Math.floor((output * units) / inputs / outputs) * inputs + input;
  };
  if (noise.acts === 'inputs') {
    const scale = own('scale');
    if (scale.length % inputs > 0) throw new Error(`scale: ${scale.length} numbers drawn for ${inputs} inputs`);
    return Array.from({ length: count }, (_, i) => 1 + scale[inputOf(i, scale.length)]);
  }
  const epsilon = own('weights');
  if (epsilon.length !== count) throw new Error(`weights: ${epsilon.length} numbers drawn, wanted ${count}`);
  if (estimator.name !== 'flipout') return epsilon.map((value) => 1 + value);
  const signs = (name: string) => own(name).map((uniform) => (uniform < 0.5 ? 1 : -1));
  const [ofInputs, ofOutputs] = [signs('inputSigns'), signs('outputSigns')];
  return epsilon.map((value, i) => {
    // Rows of a depthwise filter have columns of their own.
    const output = i % (ofOutputs.length > outputs ? inputs * outputs : outputs);
    return 1 + value * ofInputs[inputOf(i, ofInputs.length)] * ofOutputs[output];
  });
}
