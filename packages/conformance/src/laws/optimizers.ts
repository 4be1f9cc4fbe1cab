import type { Backend } from '@vardrop/core';
import { compileProgram, type Tensors } from '@vardrop/core/backend';
import { gradientName, updateProgram } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import { meaningful } from '@vardrop/core/reference';
import { checkOnce } from '../checkProperty.js';
import { optimizerFixture } from '../data/optimizerFixture.js';
import { errorsThrough, type Uncertain } from '../errorsThrough.js';
import type { Law, LawContext } from '../law.js';
import { type OptimizerCase, optimizerCases, optimizerGradients, optimizerModel } from './optimizerCases.js';

const steps = 100;

/** Numbers that a backend is given in float64, or rounded to float32. */
function given(values: ArrayLike<number>): Uncertain {
  const exact = Float64Array.from(values);
  return { values: exact, errors: exact.map((value) => Math.abs(Math.fround(value) - value)) };
}

/**
 * Takes 100 steps with given gradients, and compares the parameters with those of another library in float64. The bounds are
 * those of the errors that float32 makes in all steps: each step starts from the bounds of the one before.
 */
async function checkTrajectory(
  { backend, ledger }: LawContext,
  { name, optimizer, factor }: OptimizerCase,
): Promise<void> {
  const model = optimizerModel();
  const { shown, start, cases } = optimizerFixture;
  const fixture = cases.find((each) => each.name === name);
  const shapes = Object.fromEntries(
    [...model.parameters, ...optimizer.slots(model.parameters)].map((tensor) => [tensor.name, tensor.shape]),
  );
  let exact: Readonly<Record<string, Uncertain>> = Object.fromEntries(
    Object.entries(shapes).map(([tensor, shape]) => [
      tensor,
      given(start[tensor] ?? new Float64Array(elementCount(shape))),
    ]),
  );
  const compiled = await compileProgram(backend, updateProgram(model, optimizer));
  const upload = (
    values: Readonly<Record<string, Uncertain>>,
    shapeOf: (tensor: string) => readonly number[],
  ): Tensors =>
    Object.fromEntries(
      Object.entries(values).map(([tensor, { values: data }]) => [
        tensor,
        backend.upload(Float32Array.from(data), shapeOf(tensor)),
      ]),
    );
  let state = upload(exact, (tensor) => shapes[tensor]);
  try {
    for (let step = 0; step < steps; step++) {
      const gradients = Object.fromEntries(
        Object.entries(optimizerGradients(step)).map(([tensor, values]) => [gradientName(tensor), given(values)]),
      );
      const scalars = Object.fromEntries(
        Object.entries(optimizer.scalars(step + 1, factor(step))).map(([scalar, value]) => [scalar, given([value])]),
      );
      const next = errorsThrough(compiled.program, { ...exact, ...gradients, ...scalars }, backend.supports);
      exact = Object.fromEntries(Object.keys(exact).map((tensor) => [tensor, next[tensor]]));
      const shared = upload(gradients, (tensor) => shapes[tensor.slice(gradientName('').length)]);
      const inputs = upload(scalars, () => []);
      const { carried, outputs } = compiled.run({ ...state, ...shared }, [{ inputs }]);
      for (const tensors of [state, shared, inputs, outputs[0]]) dispose(backend, tensors);
      state = carried;
      const at = shown.indexOf(step + 1);
      if (at === -1) continue;
      const averages = Object.entries(fixture?.averages?.[at] ?? {});
      const wanted = {
        ...fixture?.parameters[at],
        ...Object.fromEntries(averages.map(([of, x]) => [`average:${of}`, x])),
      };
      for (const [tensor, values] of Object.entries(wanted)) {
        const found = await backend.read(state[tensor]);
        values.forEach((value, i) => {
          // The two libraries differ in float64 by less than this.
          const bound = exact[tensor].errors[i] + 1e-10 * Math.max(1, Math.abs(value));
          const error = Math.abs(found[i] - value);
          if (!(error <= bound)) {
            throw new Error(
              `${tensor} at ${i} after ${step + 1} steps: got ${found[i]}, wanted ${value} ± ${bound}, as ${fixture?.library} has it`,
            );
          }
          if (meaningful(bound, Math.max(1, Math.abs(value)))) ledger.compare(error, bound);
          else ledger.silent();
        });
      }
    }
  } finally {
    dispose(backend, state);
    compiled.dispose();
  }
}

function dispose(backend: Backend, tensors: Tensors): void {
  for (const tensor of Object.values(tensors)) backend.dispose(tensor);
}

/** Steps of optimizers are those of other libraries. */
export const optimizers: Law = {
  id: 'optimizers',
  statement:
    'A hundred steps of every optimizer, with clipping, decay, groups, averages and a schedule, are those of PyTorch or optax in float64, within the errors that float32 makes in them.',
  async check(context) {
    for (const each of optimizerCases(context.models.optimizers)) {
      await checkOnce(context, each.name, () => checkTrajectory(context, each));
    }
  },
};
