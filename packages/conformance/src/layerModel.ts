import { input, type Layer, type Model, type ModelOptions, model } from '@vardrop/core';
import {
  type BoundProgram,
  type Builder,
  bindBatch,
  boundProgram,
  createBuilder,
  simplify,
  type Value,
} from '@vardrop/core/program';
import type { LayerCase } from './layerCase.js';

/** The layer of a case in a model of its own. */
export interface LayerModel {
  readonly network: Model;
  /** Name of the layer, with which the names of its parameters begin. */
  readonly owner: string;
}

/** A case's layer as a model. `options` are those of the model, such as its noise. */
export function layerModel(
  { inputs, layer, options }: LayerCase,
  makeLayer: (name: string, options: object) => Layer,
  ofModel: Partial<ModelOptions> = {},
): LayerModel {
  const values = inputs.map(({ shape, kind }, i) => input({ name: `x${i + 1}`, shape: shape.slice(1), kind }));
  const network = model({ ...ofModel, inputs: values, outputs: makeLayer(layer, options)(...values) });
  return { network, owner: network.layers[0].name };
}

/** The forward pass of a case's layer, in a program. */
export interface LayerPass {
  readonly b: Builder;
  readonly inputs: readonly Value[];
  /** Parameters and carried values, by their names within the layer. */
  readonly values: Readonly<Record<string, Value>>;
  readonly output: Value;
  /** The next carried values, by their names within the layer. */
  readonly carried: Readonly<Record<string, Value>>;
}

/** Builds the forward pass. Throws if the layer has other parameters than the case, or of other shapes. */
export function layerPass(
  { network, owner }: LayerModel,
  given: LayerCase,
  mode: 'mean' | 'sample' | 'training',
): LayerPass {
  const known = { ...given.parameters, ...given.carried };
  const own = (name: string) => name.slice(owner.length + 1);
  const specifications = [...network.parameters, ...network.carried];
  for (const { name, shape } of specifications) {
    const wanted = known[own(name)]?.shape;
    if (wanted?.join() !== shape.join())
      throw new Error(`${name}: got [${shape}], wanted [${wanted ?? 'no such one'}]`);
  }
  const b = createBuilder(`${given.layer}, ${given.name}`);
  const inputs = network.inputs.map(({ name, shape }) => b.input(name, ['batch', ...shape], 'iteration'));
  const byName = Object.fromEntries(specifications.map(({ name, shape }) => [name, b.input(name, shape)]));
  const xs = Object.fromEntries(network.inputs.map(({ name }, i) => [name, inputs[i]]));
  const forward = network.forward(b, xs, byName, mode);
  const within = (values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [own(name), value]));
  return {
    ...{ b, inputs, values: within(byName), carried: within(forward.carried) },
    output: forward.outputs.output,
  };
}

/** The program so far, for the rows of the case. */
export function boundPass(b: Builder, given: LayerCase): BoundProgram {
  return simplify(boundProgram(bindBatch(b.build(), given.output.shape[0])));
}

/** Values of the inputs of a program that a case gives, `others` beside them. */
export function caseInputs(
  program: BoundProgram,
  owner: string,
  given: LayerCase,
  others: Readonly<Record<string, readonly number[]>> = {},
): Readonly<Record<string, readonly number[]>> {
  const named = Object.entries({ ...given.parameters, ...given.carried });
  const all: Readonly<Record<string, readonly number[]>> = {
    ...Object.fromEntries(given.inputs.map(({ data }, i) => [`x${i + 1}`, data])),
    ...Object.fromEntries(named.map(([name, { data }]) => [`${owner}/${name}`, data])),
    ...others,
  };
  const read = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
  return Object.fromEntries(read.map((name) => [name, all[name]]));
}

/** The same numbers as float32. */
export function asFloat32(values: Readonly<Record<string, readonly number[]>>): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(Object.entries(values).map(([name, data]) => [name, Float32Array.from(data)]));
}
