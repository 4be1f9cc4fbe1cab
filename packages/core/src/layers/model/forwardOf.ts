import { VardropError } from '../../errors.js';
import type { Draw } from '../../noise/noiseModel.js';
import type { Builder, Value } from '../../program/builder.js';
import { formatShape } from '../../program/shapes.js';
import type { BuiltLayer } from '../layer.js';
import { fullName, type LayerCall, type Model, type ModelOutput, parametersOf } from './model.js';

/** `Model.forward` of calls. */
export function forwardOf(
  calls: readonly LayerCall[],
  outputs: readonly Pick<ModelOutput, 'name' | 'from'>[],
): Model['forward'] {
  return (b, inputs, values, kind) => {
    const found = new Map<string, Value>(Object.entries(inputs));
    const drawsOnce = new Map<string, Draw>();
    const next = new Map<string, Value>();
    for (const { layer } of calls) {
      for (const one of layer.carried ?? []) next.set(fullName(layer, one), values[fullName(layer, one)]);
    }
    const drawOf = (layer: BuiltLayer): Draw | undefined => {
      if (kind === 'mean') return undefined;
      const draw = drawsOnce.get(layer.name) ?? drawIn(b);
      if (layer.parts?.some(({ sharedNoise }) => sharedNoise === 'once')) drawsOnce.set(layer.name, draw);
      return draw;
    };
    const trace = calls.map(({ name, layer, inputs: read }) => {
      const carriedNow = (layer.carried ?? []).map((one) => [one.name, next.get(fullName(layer, one)) as Value]);
      const mode = {
        draw: drawOf(layer),
        training: kind === 'training',
        carried: Object.fromEntries(carriedNow),
        carry: (own: string, value: Value) => {
          if (kind === 'training') next.set(`${layer.name}/${own}`, value);
        },
      };
      const given = read.map((from) => found.get(from) as Value);
      const output = b.scope(name, () => layer.apply(b, given, parametersOf(layer, values), mode));
      found.set(name, output);
      return { layer: name, output };
    });
    return {
      outputs: Object.fromEntries(outputs.map(({ name, from }) => [name, found.get(from) as Value])),
      trace,
      carried: Object.fromEntries(next),
    };
  };
}

/** Draws noise in the current scope. The same name gives the same noise. */
function drawIn(b: Builder): Draw {
  const drawn = new Map<string, Value>();
  return (distribution, name, shape) => {
    const earlier = drawn.get(name);
    if (earlier && earlier.shape.join() !== shape.join()) {
      throw new VardropError(
        'VARDROP_SHAPE',
        `[${name}] noise: got ${formatShape(shape)}, needs ${formatShape(earlier.shape)}, as at an earlier place that shares it. Write sharedNoise: 'anew'.`,
      );
    }
    const value = earlier ?? b.noise(distribution, name, shape);
    drawn.set(name, value);
    return value;
  };
}
