import type { Likelihood, Model, TensorMap } from '@vardrop/core';
import { elementCount } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';

/** Ranges of parameters by the end of their name. All others are weights and biases. */
const ranges: Readonly<Record<string, readonly [number, number]>> = { rho: [-2, -0.5], logVariance: [-3, -1.5] };

/** Values of every parameter of a model with one output and of its likelihood. */
export function randomParameters(model: Model<Likelihood>, seed: number): TensorMap {
  const learned = model.likelihood.parameters(model.outputShape);
  const all = [...model.parameters, ...learned.map((each) => ({ ...each, name: `likelihood/${each.name}` }))];
  return Object.fromEntries(
    all.map(({ name, shape }, i) => {
      const [from, to] = ranges[name.split('/')[1]] ?? [-1, 1];
      const uniform = random.uniform(random.foldIn(random.key(seed), i), elementCount(shape));
      return [name, { shape: [...shape], data: uniform.map((u) => from + (to - from) * u) }];
    }),
  );
}
