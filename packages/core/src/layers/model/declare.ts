import type { ParameterSpecification } from '../../noise/noiseModel.js';
import type { Builder, Value } from '../../program/builder.js';
import type { InputRole } from '../../program/program.js';
import type { ModelInput } from './model.js';

/** Declares an input of a program for each parameter, by name. */
export function declareParameters(
  b: Builder,
  specifications: readonly Pick<ParameterSpecification, 'name' | 'shape'>[],
  role: InputRole = 'shared',
): Record<string, Value> {
  return Object.fromEntries(specifications.map(({ name, shape }) => [name, b.input(name, shape, role)]));
}

/** Declares the inputs of a model, `[batch, …shape]`, by name. */
export function declareInputs(
  b: Builder,
  { inputs }: { readonly inputs: readonly ModelInput[] },
  role: InputRole = 'shared',
): Record<string, Value> {
  return Object.fromEntries(inputs.map(({ name, shape }) => [name, b.input(name, ['batch', ...shape], role)]));
}
