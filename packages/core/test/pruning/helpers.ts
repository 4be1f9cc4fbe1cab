import type { Model, Pruned, TensorMap } from '../../src/index.js';
import { modelParts } from '../../src/layers/index.js';
import { bindBatch, createBuilder, elementCount } from '../../src/program/index.js';
import { evaluate } from '../../src/reference/index.js';

/** Values of a noise node by its key and shape. */
export type Noise = (key: string, shape: readonly number[]) => Float32Array;

/** Outputs of a model in float64, with noise of one's own choice, or with the weights' means. */
export function forward(model: Model, parameters: TensorMap, x: Float32Array, noise: Noise | 'mean'): Float64Array {
  const b = createBuilder('forward');
  const input = b.input('x', ['batch', ...model.inputShape]);
  const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('y', model.apply(b, input, values, noise === 'mean' ? 'mean' : 'sample'));
  const rows = x.length / elementCount(model.inputShape);
  const program = bindBatch(b.build(), rows);
  const nodes = program.nodes.flatMap((node) => (node.op === 'noise' ? [node] : []));
  return evaluate(program, {
    inputs: { x, ...Object.fromEntries(model.parameters.map(({ name }) => [name, parameters[name].data])) },
    keys: Object.fromEntries(nodes.map(({ key }, index) => [key, { words: [index, 0] as const }])),
    noise: (_, [index], out) => {
      if (noise !== 'mean') out.set(noise(nodes[index].key, nodes[index].shape));
    },
  }).y;
}

/**
 * Noise for a pruned model that is, for what is left, the noise of the model that it came from. Noise is independent
 * from element to element, so that outputs that agree under it agree in law.
 */
export function coupled(model: Model, { report }: Pruned, noise: Noise): Noise {
  const everything = (n: number) => Array.from({ length: n }, (_, i) => i);
  const weighted = modelParts(model);
  return (key, small) => {
    const [name, what] = key.split('/');
    const at = weighted.findIndex((part) => part.name === name);
    const { part: linear } = weighted[at];
    const [inputs, outputs] = linear.weightShape.slice(-2);
    const before = report.layers[at - 1];
    const keptInputs = everything(inputs).filter((f) => !before || before.keptUnits.includes(f % before.unitsBefore));
    const { keptUnits } = report.layers[at];
    const byWeight = what === 'weights' || (what === 'mask' && linear.noise.acts === 'weights');
    const byUnit = what === 'zeta' || what === 'outputSigns';
    const last = byWeight ? [keptInputs, keptUnits] : [byUnit ? keptUnits : keptInputs];
    const lengths = byWeight ? [inputs, outputs] : [byUnit ? outputs : inputs];
    const leading = small.slice(0, small.length - last.length);
    const big = [...leading, ...lengths];
    const indices = [...leading.map(everything), ...last];
    const values = noise(key, big);
    let found = [0];
    big.forEach((length, axis) => {
      found = found.flatMap((base) => indices[axis].map((index) => base * length + index));
    });
    return Float32Array.from(found, (index) => values[index]);
  };
}

/** Numbers in [0, 1) that look random, the same for the same seed and name. */
export function scramble(seed: number, name: string): (i: number) => number {
  const start = [...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 65521, seed % 65521);
  return (i) => {
    const value = Math.sin(start * 12.9898 + i * 78.233) * 43758.5453;
    return value - Math.floor(value);
  };
}
