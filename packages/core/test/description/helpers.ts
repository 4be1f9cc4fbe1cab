import { VardropError } from '../../src/errors.js';
import {
  describeModel,
  gaussian,
  type Model,
  type ModelFromOptions,
  modelFrom,
  sgd,
  summary,
} from '../../src/index.js';
import { print } from '../../src/program/print.js';
import { trainingProgram } from '../../src/training/index.js';
import { withLikelihood } from '../withLikelihood.js';

/** The model that is made of a model's description, after it has been text. */
export function again(model: Model, options?: ModelFromOptions): Model {
  return modelFrom(JSON.parse(JSON.stringify(describeModel(model))), options);
}

/** All that two models have to have in common. */
export function appearance(model: Model) {
  const { inputs, outputs, parameters, carried } = model;
  const trained = withLikelihood(model, Object.fromEntries(outputs.map(({ name }) => [name, gaussian()])));
  return {
    ...{ inputs, outputs, parameters, carried },
    description: describeModel(model),
    summary: summary(model),
    program: print(trainingProgram(trained, sgd())),
  };
}

/** What `act` returns, or undefined where the library refuses it. */
export function accepted<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof VardropError) return undefined;
    throw error;
  }
}
