import { allTensors } from '../allParameters.js';
import { compileProgram } from '../backend/compileProgram.js';
import type { Backend, Iteration, Tensor, Tensors } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { firstNonFinite } from '../firstNonFinite.js';
import { declareInputs, declareParameters } from '../layers/model/declare.js';
import type { Model } from '../layers/model/model.js';
import { createBuilder } from '../program/builder.js';

/**
 * Describes where the first infinity or NaN of a step arises: in a layer's parameters, its outputs, its KL, or the objective.
 * Runs the forward pass again under the same noise and reads the outputs of every layer.
 */
export async function locateNonFinite(
  model: Model,
  step: {
    readonly backend: Backend;
    readonly parameters: Tensors;
    readonly inputs: Tensors;
    readonly keys: NonNullable<Iteration['keys']>;
  },
): Promise<string> {
  const { backend, parameters, inputs, keys } = step;
  const allFinite = async (tensor: Tensor) => firstNonFinite(await backend.read(tensor)) === -1;
  const specifications = allTensors(model);
  for (const { name } of specifications) {
    if (!(await allFinite(parameters[name]))) return `the parameters ${name}`;
  }
  const b = createBuilder('locate non-finite');
  const values = declareParameters(b, specifications);
  const { trace } = model.forward(b, declareInputs(b, model, 'iteration'), values, 'training');
  const descriptions = new Map<string, string>();
  trace.forEach(({ layer, output }) => {
    b.output(`output:${layer}`, output);
    descriptions.set(`output:${layer}`, `the outputs of ${layer}`);
  });
  for (const { layer, kl } of model.divergences(b, values)) {
    b.output(`kl:${layer}`, kl);
    descriptions.set(`kl:${layer}`, `the KL of ${layer}`);
  }
  const program = await compileProgram(backend, b.build(), { batch: inputs[model.inputs[0].name].shape[0] });
  let outputs: readonly Tensors[] = [];
  try {
    ({ outputs } = program.run(parameters, [
      { inputs: Object.fromEntries(model.inputs.map(({ name }) => [name, inputs[name]])), keys },
    ]));
    for (const [name, description] of descriptions) {
      if (!(await allFinite(outputs[0][name]))) return description;
    }
    return 'the objective';
  } finally {
    disposeAll(
      backend,
      outputs.flatMap((tensors) => Object.values(tensors)),
    );
    program.dispose();
  }
}
