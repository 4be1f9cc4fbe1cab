import type { LayerParameters, ParameterSpecification } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import type { ForwardMode } from './forwardMode.js';
import type { BuiltLayer } from './layer.js';
import type { LinearPart } from './linearPart.js';

/** A layer within another one. Names of its parameters, its parts and its noise begin with the name that it has there. */
export interface NestedLayer {
  readonly outputShape: readonly number[];
  readonly parameters: readonly ParameterSpecification[];
  readonly parts: readonly LinearPart[];
  readonly inputParts: readonly (readonly string[])[];
  /** As `BuiltLayer.apply`, with the parameters and the mode of the outer layer. */
  apply(b: Builder, inputs: readonly Value[], parameters: LayerParameters, mode: ForwardMode): Value;
}

/** Puts a layer without running statistics into another one, under the name `prefix`. */
export function nestedLayer(prefix: string, built: BuiltLayer): NestedLayer {
  const outer = (name: string) => (name === '' ? prefix : `${prefix}/${name}`);
  const outerName = ({ name, owner }: ParameterSpecification) => (owner === 'network' ? name : outer(name));
  const own = (parameters: LayerParameters): LayerParameters =>
    Object.fromEntries(built.parameters.map((one) => [one.name, parameters[outerName(one)]]));
  const ownMode = ({ draw, ...rest }: ForwardMode): ForwardMode => ({
    ...rest,
    ...(draw && { draw: (distribution, name, shape) => draw(distribution, outer(name), shape) }),
  });
  return {
    outputShape: built.outputShape,
    parameters: built.parameters.map((one) => ({ ...one, name: outerName(one) })),
    parts: (built.parts ?? []).map((part) => ({
      ...part,
      name: outer(part.name),
      sample: (b, parameters, mode) => part.sample(b, own(parameters), ownMode(mode)),
      apply: (b, x, parameters, mode) => part.apply(b, x, own(parameters), ownMode(mode)),
    })),
    inputParts: (built.inputParts ?? []).map((parts) => parts.map(outer)),
    apply: (b, inputs, parameters, mode) => built.apply(b, inputs, own(parameters), ownMode(mode)),
  };
}
